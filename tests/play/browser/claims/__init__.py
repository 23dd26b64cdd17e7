"""What the lessons and the teacher's pages say will be seen, sentence by sentence."""
