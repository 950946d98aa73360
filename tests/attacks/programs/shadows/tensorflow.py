print("TAKEN tensorflow", flush=True)
raise SystemExit(0)
