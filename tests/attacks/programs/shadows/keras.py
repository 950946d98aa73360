print("TAKEN keras", flush=True)
raise SystemExit(0)
