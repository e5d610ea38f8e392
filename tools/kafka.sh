#!/usr/bin/env bash
# Apache Kafka on this machine, for tests, the demo and development: one broker or three, KRaft, on loopback, on free ports.
#
#   tools/kafka.sh start      starts it and prints its bootstrap servers once it answers; does nothing when it runs
#   tools/kafka.sh stop       ends it and deletes its data
#   tools/kafka.sh status     prints a line a broker: number, process, address, running or not
#   tools/kafka.sh topics     describes its topics
#   tools/kafka.sh listeners  prints its addresses by listener: one without --secure, several with it
#   tools/kafka.sh read TOPIC prints the headers of a topic's committed records, as Kafka's own console consumer does
#   tools/kafka.sh begins TOPIC  prints the first offset that is kept of each partition: TOPIC:PARTITION:OFFSET
#   tools/kafka.sh make TOPIC    makes a topic with Kafka's own tool: --partitions N, and its settings
#   tools/kafka.sh delete TOPIC  deletes a topic with all that is in it
#   tools/kafka.sh kill N     kills broker N as a crash would (kill -9)
#   tools/kafka.sh restart N  starts broker N again, with the data that it had
#   tools/kafka.sh in-sync    succeeds where every partition has all its replicas in sync
#   tools/kafka.sh fetch      only fetches Kafka (54 MB, once) and prints the folder it is in
#
# --dir DIR       where it lives: settings, data and logs, a folder a broker (build/kafka)
# --brokers N     1 or 3: three keep every record twice and go on when one dies (1)
# --secure yes    with TLS, SCRAM-SHA-512 and an authorizer; tools/kafka/secure.sh says how (no)
# --heap MB       of each broker's Java (512)
# --while PID     it ends when that process does, at the latest; without it, after --hours
# --hours N       (8)
# --partitions N  of a topic that is made (1)
# --setting N=V   of a topic that is made, any number of times
#
# Kafka comes from Maven Central (tools/kafka/pom.xml names the versions) and is kept in ${XDG_CACHE_HOME:-~/.cache}/rasti.
# It wants Java 17 and Maven: apt-get install openjdk-17-jre-headless maven
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
source tools/kafka/secure.sh
help_if_asked "$@"

version=4.1.0
libraries=${XDG_CACHE_HOME:-$HOME/.cache}/rasti/kafka-$version
dir=build/kafka brokers=1 secure=no heap=512 while_pid='' hours=8
ready_within=90

# Fetches into a folder of its own and moves it when it is whole; two at once wait for each other.
fetch() {
  [[ -d $libraries ]] && return
  command -v mvn >/dev/null || die "there is no mvn here: apt-get install maven"
  mkdir -p "$(dirname "$libraries")"
  exec 9>"$libraries.lock"
  flock 9
  if [[ ! -d $libraries ]]; then
    say "fetching Apache Kafka $version from Maven Central into $libraries"
    rm -rf "$libraries.making"
    mvn --quiet --batch-mode --file tools/kafka/pom.xml dependency:copy-dependencies \
      -DoutputDirectory="$libraries.making" >&2 || die "Maven could not fetch Kafka; its own message is above"
    mv "$libraries.making" "$libraries"
  fi
  exec 9>&-
}

free_ports() {
  python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in sockets:
    s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in sockets))
PYTHON
}

java_of_kafka() {
  command -v java >/dev/null || die "there is no java here: apt-get install openjdk-17-jre-headless"
  java "$@"
}

# The listeners for clients, and each one's protocol. Brokers and Kafka's own tools use the first.
listeners() { [[ $secure == yes ]] && echo PLAIN SCRAM MUTUAL EXPIRED MISNAMED || echo PLAIN; }
protocols=PLAIN:PLAINTEXT,SCRAM:SASL_SSL,MUTUAL:SSL,EXPIRED:SSL,MISNAMED:SSL,CONTROLLER:PLAINTEXT
address_of() { echo "127.0.0.1:${port_of[$1/$2]}"; }

# The addresses of broker $1, "LISTENER://HOST:PORT,...".
addresses_of() {
  local listener all=()
  for listener in $(listeners); do all+=("$listener://$(address_of "$1" "$listener")"); done
  (IFS=, && echo "${all[*]}")
}

# Settings of broker $1 of $brokers; port_of has each one's ports, by BROKER/LISTENER.
write_settings() {
  local id=$1 replicas=$((brokers == 1 ? 1 : 3)) in_sync=$((brokers == 1 ? 1 : 2)) voters=() n
  for ((n = 1; n <= brokers; n++)); do voters+=("$n@$(address_of "$n" CONTROLLER)"); done
  cat >"$dir/$id/server.properties" <<SETTINGS
process.roles=broker,controller
node.id=$id
controller.quorum.voters=$(IFS=, && echo "${voters[*]}")
listeners=$(addresses_of "$id"),CONTROLLER://$(address_of "$id" CONTROLLER)
advertised.listeners=$(addresses_of "$id")
controller.listener.names=CONTROLLER
listener.security.protocol.map=$protocols
inter.broker.listener.name=PLAIN
log.dirs=$dir/$id/data
auto.create.topics.enable=false
default.replication.factor=$replicas
min.insync.replicas=$in_sync
offsets.topic.replication.factor=$replicas
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$replicas
transaction.state.log.min.isr=$in_sync
transaction.state.log.num.partitions=4
transaction.abort.timed.out.transaction.cleanup.interval.ms=1000
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
SETTINGS
  [[ $secure == no ]] || secure_settings "$dir/secure" >>"$dir/$id/server.properties"
}

is_running() { [[ -f $dir/$1/pid ]] && kill -0 "$(cat "$dir/$1/pid")" 2>/dev/null; }
count_of() { cat "$dir/brokers" 2>/dev/null || echo 0; }

# Ends broker $1 with the signal $2 and waits until it is gone.
end() {
  local pid
  is_running "$1" || return 0
  pid=$(cat "$dir/$1/pid")
  kill "-$2" "$pid" 2>/dev/null || true
  for _ in {1..100}; do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  rm -f "$dir/$1/pid"
}

# Starts broker $1 with a watcher that ends it in time, whatever becomes of whoever wanted it.
launch() {
  local id=$1
  : >"$dir/$id/log.txt"
  setsid java "-Xmx${heap}m" "-Xms${heap}m" -XX:+UseSerialGC \
    "-Dlog4j2.configurationFile=$PWD/tools/kafka/log4j2.properties" -cp "$libraries/*" kafka.Kafka \
    "$dir/$id/server.properties" </dev/null >>"$dir/$id/log.txt" 2>&1 &
  local pid=$!
  echo "$pid" >"$dir/$id/pid"
  (
    end=$((SECONDS + hours * 3600))
    while kill -0 "$pid" && ((SECONDS < end)); do
      [[ -z $while_pid ]] || kill -0 "$while_pid" || break
      sleep 1
    done
    kill -KILL "$pid"
  ) </dev/null >/dev/null 2>&1 &
}

await_ready() {
  local end=$((SECONDS + ready_within)) id=$1
  until grep -q 'Kafka Server started' "$dir/$id/log.txt"; do
    if ! is_running "$id" && grep -q 'Address already in use' "$dir/$id/log.txt"; then
      taken=yes
      return
    fi
    is_running "$id" || die "broker $id ended at once; the end of $dir/$id/log.txt: $(tail -n 3 "$dir/$id/log.txt")"
    ((SECONDS < end)) || die "broker $id was not ready within $ready_within s; see $dir/$id/log.txt"
    sleep 0.1
  done
}

# Sets `taken` where somebody else was at a port first.
start_on_free_ports() {
  local id listener names ports cluster
  read -ra names <<<"$(listeners) CONTROLLER"
  read -ra ports <<<"$(free_ports $((${#names[@]} * brokers)))"
  declare -gA port_of=()
  for ((id = 1; id <= brokers; id++)); do
    for listener in "${names[@]}"; do
      port_of[$id/$listener]=${ports[0]}
      ports=("${ports[@]:1}")
    done
  done
  cluster=$(java_of_kafka -cp "$libraries/*" kafka.tools.StorageTool random-uuid 2>/dev/null)
  for ((id = 1; id <= brokers; id++)); do
    rm -rf "${dir:?}/$id"  # of a start that failed
    mkdir -p "$dir/$id"
    write_settings "$id"
    java_of_kafka -cp "$libraries/*" kafka.tools.StorageTool format -t "$cluster" -c "$dir/$id/server.properties" \
      "${scram_options[@]}" >"$dir/$id/format.txt" 2>&1 || die "broker $id could not be made: $(tail -n 3 "$dir/$id/format.txt")"
  done
  echo "$brokers" >"$dir/brokers"
  trap 'end_all KILL' EXIT
  for ((id = 1; id <= brokers; id++)); do launch "$id"; done
  for ((id = 1; id <= brokers; id++)); do
    await_ready "$id"
    [[ $taken == no ]] || return 0
  done
}

start() {
  [[ $brokers == 1 || $brokers == 3 ]] || die "--brokers $brokers: 1 or 3"
  [[ $secure == yes || $secure == no ]] || die "--secure $secure: yes or no"
  local id listener taken scram_options=()
  if [[ -f $dir/bootstrap ]]; then
    for ((id = 1; id <= $(count_of); id++)); do
      is_running "$id" || die "broker $id in $dir is not running: tools/kafka.sh restart $id, or stop and start anew"
    done
    cat "$dir/bootstrap"
    return
  fi
  fetch
  if [[ $secure == yes ]]; then
    make_certificates "$dir/secure"
    make_users "$dir/secure"
  fi
  # A port that was free may be somebody else's before the broker listens there.
  for _ in 1 2 3; do
    taken=no
    start_on_free_ports
    [[ $taken == yes ]] || break
    end_all KILL
  done
  [[ $taken == no ]] || die "ports that were free were taken before the brokers listened there, three times"
  for listener in $(listeners); do
    local addresses=()
    for ((id = 1; id <= brokers; id++)); do addresses+=("$(address_of "$id" "$listener")"); done
    echo "$listener $(IFS=, && echo "${addresses[*]}")"
  done >"$dir/listeners"
  sed -n "s/^$([[ $secure == yes ]] && echo SCRAM || echo PLAIN) //p" "$dir/listeners" >"$dir/bootstrap"
  trap - EXIT
  cat "$dir/bootstrap"
}

end_all() {
  local id
  for ((id = 1; id <= $(count_of); id++)); do end "$id" "$1" & done
  wait
}

stop() {
  local id
  end_all TERM
  for ((id = 1; id <= $(count_of); id++)); do rm -rf "${dir:?}/$id"; done
  rm -rf "$dir/secure" "$dir/bootstrap" "$dir/listeners" "$dir/brokers"
  rmdir "$dir" 2>/dev/null || true
}

status() {
  local id
  (($(count_of))) || die "there is no broker in $dir: tools/kafka.sh start"
  for ((id = 1; id <= $(count_of); id++)); do
    printf '%s  %s  %s  %s\n' "$id" "$(cat "$dir/$id/pid" 2>/dev/null || echo -)" \
      "$(sed -n 's,^advertised.listeners=PLAIN://\([^,]*\).*,\1,p' "$dir/$id/server.properties")" \
      "$(is_running "$id" && echo running || echo ended)"
  done
}

# Where whoever asks may do everything.
address_for_tools() { sed -n 's/^PLAIN //p' "$dir/listeners"; }

topics() {
  [[ -f $dir/bootstrap ]] || die "there is no broker in $dir: tools/kafka.sh start"
  fetch
  java_of_kafka -cp "$libraries/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$(address_for_tools)" \
    --describe
}

in_sync() {
  local behind
  [[ -f $dir/bootstrap ]] || die "there is no broker in $dir: tools/kafka.sh start"
  fetch
  behind=$(java_of_kafka -cp "$libraries/*" org.apache.kafka.tools.TopicCommand \
    --bootstrap-server "$(cat "$dir/bootstrap")" --describe --under-replicated-partitions) ||
    die "the brokers do not answer"
  [[ -z $behind ]] || die "$(wc -l <<<"$behind") partitions are not in sync"
}

read_topic() {
  [[ -f $dir/bootstrap ]] || die "there is no broker in $dir: tools/kafka.sh start"
  fetch
  java_of_kafka -cp "$libraries/*" org.apache.kafka.tools.consumer.ConsoleConsumer \
    --bootstrap-server "$(address_for_tools)" --topic "$topic" --from-beginning --isolation-level read_committed \
    --timeout-ms 3000 --property print.headers=true --property print.value=false 2>/dev/null
}

begins() {
  [[ -f $dir/bootstrap ]] || die "there is no broker in $dir: tools/kafka.sh start"
  fetch
  java_of_kafka -cp "$libraries/*" org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$(address_for_tools)" \
    --topic "$topic" --time earliest
}

make_topic() {
  local one settings=()
  [[ -f $dir/bootstrap ]] || die "there is no broker in $dir: tools/kafka.sh start"
  fetch
  for one in "${topic_settings[@]}"; do settings+=(--config "$one"); done
  java_of_kafka -cp "$libraries/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$(address_for_tools)" \
    --create --topic "$topic" --partitions "$partitions" "${settings[@]}"
}

delete_topic() {
  [[ -f $dir/bootstrap ]] || die "there is no broker in $dir: tools/kafka.sh start"
  fetch
  java_of_kafka -cp "$libraries/*" org.apache.kafka.tools.TopicCommand --bootstrap-server "$(address_for_tools)" \
    --delete --topic "$topic"
}

command=${1-}
(($#)) && shift
number='' topic='' partitions=1 topic_settings=()
case $command in
  read | begins | make | delete)
    topic=${1-}
    [[ -n $topic && $topic != --* ]] || die "$command wants a topic: tools/kafka.sh $command rasti.events"
    shift
    ;;
  kill | restart)
    number=${1-}
    [[ $number =~ ^[1-9]$ ]] || die "$command wants the number of a broker: tools/kafka.sh $command 1"
    shift
    ;;
esac
while (($#)); do
  (($# > 1)) || die "$1 wants a value; see tools/kafka.sh --help"
  case $1 in
    --dir) dir=$2 ;;
    --brokers) brokers=$2 ;;
    --secure) secure=$2 ;;
    --heap) heap=$2 ;;
    --while) while_pid=$2 ;;
    --hours) hours=$2 ;;
    --partitions) partitions=$2 ;;
    --setting) topic_settings+=("$2") ;;
    *) die "unknown option '$1'; see tools/kafka.sh --help" ;;
  esac
  shift 2
done
dir=$(realpath --canonicalize-missing "$dir")

case $command in
  start) start ;;
  stop) stop ;;
  status) status ;;
  topics) topics ;;
  listeners)
    [[ -f $dir/listeners ]] || die "there is no broker in $dir: tools/kafka.sh start"
    cat "$dir/listeners"
    ;;
  in-sync) in_sync ;;
  read) read_topic ;;
  begins) begins ;;
  make) make_topic ;;
  delete) delete_topic ;;
  kill)
    is_running "$number" || die "broker $number in $dir is not running"
    end "$number" KILL
    ;;
  restart)
    [[ -f $dir/$number/server.properties ]] || die "there is no broker $number in $dir"
    is_running "$number" && die "broker $number in $dir is running"
    launch "$number"
    await_ready "$number"
    ;;
  fetch)
    fetch
    echo "$libraries"
    ;;
  *)
    die "'$command' is none of start, stop, status, topics, listeners, in-sync, read, begins, make, delete, kill, restart, fetch; see tools/kafka.sh --help"
    ;;
esac
