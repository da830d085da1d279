"""What `make bench` reports. Nothing passes or fails on a time: each figure stands beside a bare doing of the same."""
