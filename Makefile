# Aliases for those whose fingers type make; ./dev is the real thing.
.PHONY: run test check fix bench
run test check fix bench:
	./dev $@
