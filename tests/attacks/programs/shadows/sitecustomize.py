print("TAKEN sitecustomize", flush=True)
raise SystemExit(0)
