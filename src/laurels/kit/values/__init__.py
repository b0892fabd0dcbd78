"""Values from outside: text, money, moments, ids, and what can be wrong with them."""
