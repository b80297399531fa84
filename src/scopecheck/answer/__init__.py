"""The answer: matches, the decision over them, the verdict and its explanation."""
