"""What `fit` is made from: rows and their hits, the problem that is solved, the policy with the points."""
