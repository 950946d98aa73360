print("TAKEN h5py", flush=True)
raise SystemExit(0)
