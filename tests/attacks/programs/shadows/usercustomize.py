print("TAKEN usercustomize", flush=True)
raise SystemExit(0)
