print("TAKEN grader_harness", flush=True)
raise SystemExit(0)
