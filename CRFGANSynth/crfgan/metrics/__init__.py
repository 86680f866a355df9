"""How synthetic volumes compare with real ones.

Two kinds of functions. Those that read voxels take volumes on one grid, float32 (D, H, W) in [-1, 1] with background
-1, and give one row a volume. Those that compare two sets take such rows, so that a floor (real against real) over
many random halves reads each volume once.
"""
