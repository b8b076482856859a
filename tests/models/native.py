"""What native MuJoCo makes of every MJCF and URDF file below a folder, one JSON object a line."""
import json, os, pathlib, sys, time
import mujoco

folder = pathlib.Path(sys.argv[1])
for path in sorted(p for p in folder.rglob("*") if p.suffix in (".xml", ".urdf", ".mjcf")):
    # A process for each: some files end it.
    out, into = os.pipe()
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        try:
            begun = time.process_time()
            model = mujoco.MjModel.from_xml_path(str(path))
            ms = (time.process_time() - begun) * 1000
            found = {"ms": ms, "nq": model.nq, "nu": model.nu, "nbody": model.nbody, "nmesh": model.nmesh}
            found["mass"] = float(model.body_mass.sum())
            os.write(into, json.dumps({"path": str(path.relative_to(folder)), **found}).encode())
        except Exception:
            pass
        os._exit(0)
    os.close(into)
    line = os.read(out, 65536).decode()
    os.close(out)
    os.wait()
    if line:
        print(line, flush=True)
