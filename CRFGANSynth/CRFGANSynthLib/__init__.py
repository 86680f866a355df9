"""What connects the numerical core with Slicer: volume nodes, jobs in processes of their own, dependencies."""
