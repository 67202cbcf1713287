# consul APP: the secret that says where Consul is.
consul() { secret "$1" FLY_CONSUL_URL; }
