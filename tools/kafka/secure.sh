# shellcheck shell=bash
# What a broker with TLS, SASL and an authorizer needs, made anew at each start: tools/kafka.sh start --secure yes
#
#   SCRAM     SASL_SSL, SCRAM-SHA-512: a user of each role of deploy/kafka, and `root`, who may do everything
#   MUTUAL    SSL, and the client shows a certificate: CN=root
#   EXPIRED   SSL with a certificate that has expired
#   MISNAMED  SSL with a certificate of another machine
#   PLAIN     no encryption, may do everything: brokers among themselves and Kafka's own tools
#
# In DIR/secure: ca.pem, other-ca.pem (which signed none of it), and NAME.settings for --kafka-settings: one a user, and
# mutual.settings.

secure_users=(root engine submitter gateway connector auditor operator)

# Signs a certificate: NAME, subject's common name, host name it is for, when it ends (YYYYMMDDHHMMSSZ).
make_certificate() {
  local name=$1 subject=$2 host=$3 end=$4
  openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -subj "/CN=$subject" -out "$name.csr" 2>"$name.log" ||
    die "openssl could not make $name: $(tail -n 3 "$name.log")"
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth,clientAuth\n' "$host" >"$name.extensions"
  openssl ca -batch -notext -config ca.cnf -extfile "$name.extensions" -startdate 20200101000000Z -enddate "$end" \
    -in "$name.csr" -out "$name.crt" 2>"$name.log" || die "openssl could not sign $name: $(tail -n 3 "$name.log")"
  cat "$name.key" "$name.crt" ca.pem >"$name.pem"
}

make_authority() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -keyout "$1.key" -subj "/CN=$2" -out "$1.pem" 2>"$1.log" ||
    die "openssl could not make $1: $(tail -n 3 "$1.log")"
}

make_certificates() {
  local dir=$1
  (
    umask 077
    mkdir -p "$dir/signed"
    cd "$dir" || exit
    make_authority ca 'Rasti test authority'
    make_authority other-ca 'Another authority'
    : >index.txt
    cat >ca.cnf <<CONFIGURATION
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = signed
rand_serial = yes
unique_subject = no
default_md = sha256
certificate = ca.pem
private_key = ca.key
policy = any
[any]
commonName = supplied
CONFIGURATION
    make_certificate broker localhost DNS:localhost,IP:127.0.0.1 20990101000000Z
    make_certificate expired localhost DNS:localhost,IP:127.0.0.1 20240101000000Z
    make_certificate misnamed broker.elsewhere.example DNS:broker.elsewhere.example 20990101000000Z
    make_certificate root root DNS:localhost 20990101000000Z
  )
}

# The users' settings files, and the options of Kafka's storage tool that make them known.
make_users() {
  local dir=$1 user password
  scram_options=()
  for user in "${secure_users[@]}"; do
    password=$(openssl rand -hex 16)
    (umask 077 && cat >"$dir/$user.settings" <<SETTINGS
security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-512
sasl.username=$user
sasl.password=$password
ssl.ca.location=$dir/ca.pem
SETTINGS
    )
    scram_options+=(--add-scram "SCRAM-SHA-512=[name=$user,password=$password]")
  done
  (umask 077 && cat >"$dir/mutual.settings" <<SETTINGS
security.protocol=SSL
ssl.ca.location=$dir/ca.pem
ssl.certificate.location=$dir/root.crt
ssl.key.location=$dir/root.key
SETTINGS
  )
}

# The broker's settings besides those that every broker has.
secure_settings() {
  local dir=$1 listener
  cat <<SETTINGS
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:root
ssl.principal.mapping.rules=RULE:^CN=([^,]+).*\$/\$1/
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.scram.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.mutual.ssl.client.auth=required
ssl.truststore.type=PEM
ssl.truststore.location=$dir/ca.pem
ssl.keystore.type=PEM
ssl.keystore.location=$dir/broker.pem
SETTINGS
  for listener in expired misnamed; do
    cat <<SETTINGS
listener.name.$listener.ssl.keystore.type=PEM
listener.name.$listener.ssl.keystore.location=$dir/$listener.pem
SETTINGS
  done
}
