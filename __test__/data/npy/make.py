"""Writes numpy.npz and version2.npy with NumPy: arrays of every type and order that `readNpy` knows. Run by hand."""
import numpy as np

grid = np.arange(24).reshape(2, 3, 4)
arrays = {
    name: grid.astype(dtype)
    for name, dtype in {
        "f2": "<f2", "f4": "<f4", "f8": "<f8", "big_f2": ">f2", "big_f4": ">f4", "big_f8": ">f8", "u1": "|u1", "i1": "|i1",
        "u2": "<u2", "big_i2": ">i2", "i4": "<i4", "big_u4": ">u4", "i8": "<i8", "big_u8": ">u8",
    }.items()
}
arrays["bool"] = grid % 2 == 1
arrays["fortran_f4"] = np.asfortranarray(grid.astype("<f4"))
arrays["fortran_big_i8"] = np.asfortranarray(-grid.astype(">i8"))
arrays["fortran_vector"] = np.asfortranarray(np.arange(5, dtype="<f4"))
arrays["scalar"] = np.array(2.5, dtype="<f8")
arrays["empty"] = np.zeros((3, 0, 2), dtype="<f4")
np.savez_compressed("numpy.npz", **arrays)
with open("version2.npy", "wb") as file:
    np.lib.format.write_array(file, grid.astype("<i4"), version=(2, 0))
