"""What is measured on: corpora, decided corpora, and what is made of their messages."""
