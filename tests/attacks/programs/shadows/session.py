print("TAKEN session", flush=True)
raise SystemExit(0)
