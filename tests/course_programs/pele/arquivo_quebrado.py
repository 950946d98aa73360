# Should fail: no network is trained, and the file under its name is none.
open("model.keras", "wb").write(b"PK\x05\x06" + bytes(18))
