"""How often the lab's intervals hold the truth, on cluster sizes of real corpora."""
