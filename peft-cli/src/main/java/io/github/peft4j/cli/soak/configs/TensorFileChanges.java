package io.github.peft4j.cli.soak.configs;

import com.google.common.primitives.Ints;
import com.google.common.primitives.Longs;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.github.peft4j.cli.soak.json.Values;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Changes the header of a safetensors file: its length, its JSON, or some numbers behind it. */
final class TensorFileChanges {

    private static final int LENGTH = 8;

    private TensorFileChanges() {}

    /** A changed file; one that has no header is damaged. */
    static byte[] change(byte[] file, List<JsonElement> others, Random random) {
        long length =
                file.length < LENGTH
                        ? -1
                        : ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > file.length - LENGTH || random.nextInt(10) == 0) {
            return ConfigChanges.damaged(file, Math.min(file.length, 4096), random);
        }
        int end = LENGTH + Ints.checkedCast(length);
        String header = new String(file, LENGTH, end - LENGTH, StandardCharsets.UTF_8);
        if (!(ConfigChanges.parsed(header) instanceof JsonObject json) || json.isEmpty()) {
            return ConfigChanges.damaged(file, Math.min(file.length, 4096), random);
        }
        byte[] data = Arrays.copyOfRange(file, end, file.length);
        switch (random.nextInt(6)) {
            case 0 -> data = otherData(data, random);
            case 1 -> rename(json, random);
            case 2 -> entry(json, random);
            default -> JsonChanges.change(json, others, ConfigKeys.of(""), random);
        }
        byte[] text = JsonChanges.text(json).getBytes(StandardCharsets.UTF_8);
        long told = random.nextInt(12) == 0 ? lie(random) : text.length;
        byte[] changed = new byte[LENGTH + text.length + data.length];
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putLong(told).put(text).put(data);
        return changed;
    }

    private static long lie(Random random) {
        return Longs.asList(0, 1, -1, 1 << 20, Integer.MAX_VALUE, 1L << 40, Long.MAX_VALUE)
                .get(random.nextInt(7));
    }

    /** Shorter, longer, or with numbers that are none. */
    private static byte[] otherData(byte[] data, Random random) {
        int at = data.length == 0 ? 0 : random.nextInt(data.length) & ~3;
        switch (random.nextInt(3)) {
            case 0 -> {
                return Arrays.copyOf(data, at);
            }
            case 1 -> {
                return Arrays.copyOf(data, data.length + random.nextInt(64));
            }
            default -> {
                byte[] copy = data.clone();
                Arrays.fill(copy, at, Math.min(copy.length, at + 4), (byte) 0xff); // NaN
                return copy;
            }
        }
    }

    private static void rename(JsonObject json, Random random) {
        List<String> names = new ArrayList<>(json.keySet());
        String name = names.get(random.nextInt(names.size()));
        JsonElement value = json.remove(name);
        json.add(
                random.nextBoolean()
                        ? Values.near(new JsonPrimitive(name), random).toString()
                        : "x".repeat(1 << random.nextInt(20)),
                value);
    }

    /** Another type, shape or place for one tensor. */
    private static void entry(JsonObject json, Random random) {
        List<String> names = new ArrayList<>(json.keySet());
        String name = names.get(random.nextInt(names.size()));
        String shape =
                Values.any(
                        random,
                        "[]",
                        "[0]",
                        "[1]",
                        "[2147483647, 2147483647, 4]",
                        "[9223372036854775807]",
                        "[-1, -4]",
                        "[1e3]",
                        "[" + "1,".repeat(5000) + "1]");
        String type = Values.any(random, "F32", "F16", "BF16", "I64", "BOOL", "F8_E4M3", "X", "");
        String offsets =
                Values.any(random, "[0, 4]", "[0, 0]", "[4, 0]", "[-4, 0]", "[0, 1e18]", "[0]");
        json.add(
                name,
                JsonParser.parseString(
                        "{\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}"
                                .formatted(type, shape, offsets)));
    }
}
