import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The engine's work as a Kafka Streams application does it, for a benchmark to compare with: for each command the
 * case's state is read and written, a deadline is armed with the first command and cleared with the fifth, and as many
 * events, results and entries of the outbox of the same bytes are written as the engine wrote. It checks, decides and
 * signs nothing, keeps no register of commands and chains no hashes.
 *
 * <p>Exactly once (exactly_once_v2), state in RocksDB with changelogs, lz4. Prints "running" once it runs, and ends when
 * its standard input does.
 */
public final class CaseStreams {
  private static final String CASES = "cases";
  private static final String TIMERS = "timers";
  private static final int LAST_STEP = 4;
  private static final Duration NEVER = Duration.ofDays(10);

  private record Sample(byte[] value, Headers headers) {}

  private record Settings(
      String brokers,
      String prefix,
      String stateFolder,
      List<Sample> events,
      List<Sample> outbox,
      byte[] result,
      int eventsPerCommand,
      double outboxPerCommand,
      int stateBytes,
      int threads,
      long dueAt,
      int timersAtOnce) {}

  private static byte[] readBytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[in.readInt()];
    in.readFully(bytes);
    return bytes;
  }

  private static List<Sample> readSamples(DataInputStream in) throws IOException {
    List<Sample> samples = new ArrayList<>();
    for (int left = in.readInt(); left > 0; --left) {
      byte[] value = readBytes(in);
      Headers headers = new RecordHeaders();
      for (int more = in.readInt(); more > 0; --more) {
        String name = new String(readBytes(in), StandardCharsets.UTF_8);
        headers.add(name, readBytes(in));
      }
      samples.add(new Sample(value, headers));
    }
    return samples;
  }

  private static final class Cases implements Processor<byte[], byte[], byte[], byte[]> {
    private final Settings settings;
    private ProcessorContext<byte[], byte[]> context;
    private KeyValueStore<Bytes, byte[]> cases;
    private KeyValueStore<Bytes, byte[]> timers;
    private int next;
    private double outboxDue;

    Cases(Settings settings) {
      this.settings = settings;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> given) {
      context = given;
      cases = context.getStateStore(CASES);
      timers = context.getStateStore(TIMERS);
      context.schedule(Duration.ofMillis(100), PunctuationType.WALL_CLOCK_TIME, this::fire);
    }

    // Big-endian, so that keys are in the order of their instants.
    private static Bytes timerKey(long due, byte[] id) {
      return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + id.length).putLong(due).put(id).array());
    }

    private byte[] state(int step, long due) {
      ByteBuffer state = ByteBuffer.allocate(1 + Long.BYTES + settings.stateBytes());
      state.put((byte) step).putLong(due);
      while (state.hasRemaining()) {
        byte[] some = settings.events().get(next++ % settings.events().size()).value();
        state.put(some, 0, Math.min(some.length, state.remaining()));
      }
      return state.array();
    }

    private void writeEvents(byte[] id, long timestamp) {
      for (int i = 0; i < settings.eventsPerCommand(); ++i) {
        Sample event = settings.events().get(next++ % settings.events().size());
        context.forward(new Record<>(id, event.value(), timestamp, event.headers()), "events");
      }
      outboxDue += settings.outboxPerCommand();
      for (; outboxDue >= 1 && !settings.outbox().isEmpty(); outboxDue -= 1) {
        Sample entry = settings.outbox().get(next++ % settings.outbox().size());
        context.forward(new Record<>(id, entry.value(), timestamp, entry.headers()), "outbox");
      }
    }

    @Override
    public void process(Record<byte[], byte[]> command) {
      Bytes id = Bytes.wrap(command.key());
      byte[] before = cases.get(id);
      int step = before == null ? 0 : before[0] + 1;
      long due = before == null ? dueOf(command) : ByteBuffer.wrap(before).getLong(1);
      cases.put(id, state(step, due));
      if (before == null) {
        timers.put(timerKey(due, command.key()), new byte[0]);
      } else if (step == LAST_STEP) {
        timers.delete(timerKey(due, command.key()));
      }
      writeEvents(command.key(), command.timestamp());
      Headers answers = new RecordHeaders();
      long offset = context.recordMetadata().orElseThrow().offset();
      answers.add("rasti-answers", Long.toString(offset).getBytes(StandardCharsets.UTF_8));
      context.forward(new Record<>(command.key(), settings.result(), command.timestamp(), answers), "results");
    }

    private long dueOf(Record<byte[], byte[]> command) {
      return settings.dueAt() > 0 ? settings.dueAt() : command.timestamp() + NEVER.toMillis();
    }

    private void fire(long now) {
      List<Bytes> due = new ArrayList<>();
      try (KeyValueIterator<Bytes, byte[]> rows =
          timers.range(timerKey(0, new byte[0]), timerKey(now, new byte[0]))) {
        while (rows.hasNext() && due.size() < settings.timersAtOnce()) {
          KeyValue<Bytes, byte[]> row = rows.next();
          due.add(row.key);
        }
      }
      for (Bytes key : due) {
        byte[] id = Arrays.copyOfRange(key.get(), Long.BYTES, key.get().length);
        timers.delete(key);
        cases.put(Bytes.wrap(id), state(LAST_STEP, 0));
        writeEvents(id, now);
      }
    }
  }

  private static Topology topology(Settings settings) {
    var bytes = Serdes.ByteArray();
    Topology topology = new Topology();
    topology.addSource("in", bytes.deserializer(), bytes.deserializer(), settings.prefix() + "commands");
    topology.addProcessor("decide", () -> new Cases(settings), "in");
    for (String store : List.of(CASES, TIMERS)) {
      var builder =
          Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray());
      topology.addStateStore(builder.withCachingEnabled().withLoggingEnabled(Map.of()), "decide");
    }
    for (String topic : List.of("events", "results", "outbox")) {
      topology.addSink(topic, settings.prefix() + topic, bytes.serializer(), bytes.serializer(), "decide");
    }
    return topology;
  }

  private static Properties properties(Settings settings) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.prefix() + "streams");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.brokers());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateFolder());
    properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 128L << 20);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 2000);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 5);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 128 << 10);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 64L << 20);
    return properties;
  }

  private static Settings readSettings(String[] words) throws IOException {
    List<Sample> events;
    List<Sample> outbox;
    byte[] result;
    try (var in = new DataInputStream(Files.newInputStream(Path.of(words[3])))) {
      events = readSamples(in);
      outbox = readSamples(in);
      result = readBytes(in);
    }
    return new Settings(
        words[0],
        words[1],
        words[2],
        events,
        outbox,
        result,
        Integer.parseInt(words[4]),
        Double.parseDouble(words[5]),
        Integer.parseInt(words[6]),
        Integer.parseInt(words[7]),
        Long.parseLong(words[8]),
        Integer.parseInt(words[9]));
  }

  private CaseStreams() {}

  public static void main(String[] words) throws IOException {
    if (words.length != 10) {
      System.err.println(
          "BROKERS PREFIX STATE_DIR SAMPLES EVENTS_PER_COMMAND OUTBOX_PER_COMMAND STATE_BYTES THREADS DUE_AT_MS"
              + " TIMERS_AT_ONCE");
      System.exit(2);
    }
    Settings settings = readSettings(words);
    try (KafkaStreams streams = new KafkaStreams(topology(settings), properties(settings))) {
      streams.setStateListener(
          (now, before) -> {
            if (now == KafkaStreams.State.RUNNING) {
              System.out.println("running");
            }
          });
      streams.start();
      while (System.in.read() >= 0) {
        // Nothing is said; only the end counts.
      }
    }
  }
}
