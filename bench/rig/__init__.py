"""The benchmark's rig: real registries behind delaying proxies, real peers, one measured command after another."""
