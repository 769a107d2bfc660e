package io.github.peft4j.cli.conformance.cases;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.peft4j.cli.conformance.compare.CaseFailure;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.exception.MalformedTensorFileException;
import io.github.peft4j.io.SafetensorsReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * A safetensors file, sound or broken, and the verdict of Python's reader: the same tensors must
 * come out, or nothing.
 */
record BadFileCase(String name, Path file, JsonObject verdict) implements ConformanceCase {

    @Override
    public double run() throws Exception {
        boolean loads = verdict.get("loads").getAsBoolean();
        try (SafetensorsReader reader = SafetensorsReader.open(file);
                NDManager manager = Engines.newManager()) {
            for (String tensor : reader.names()) {
                reader.load(manager, tensor).getShape();
            }
            if (!loads) {
                throw new CaseFailure("read, and Python refuses it: " + verdict.get("error"));
            }
            compare(reader);
        } catch (MalformedTensorFileException e) {
            if (loads && !holdsOddTruthValues()) {
                throw new CaseFailure("refused, and Python reads it: " + e.getMessage());
            }
            if (!String.valueOf(e.getMessage()).contains(CaseFinder.name(file))) {
                throw new CaseFailure("refused without naming the file: " + e.getMessage());
            }
        }
        return 0;
    }

    private void compare(SafetensorsReader reader) throws CaseFailure {
        JsonObject tensors = verdict.getAsJsonObject("tensors");
        if (!reader.names().equals(tensors.keySet())) {
            throw new CaseFailure("holds " + reader.names() + ", Python reads " + tensors.keySet());
        }
        for (Map.Entry<String, JsonElement> tensor : tensors.entrySet()) {
            JsonArray theirs = tensor.getValue().getAsJsonArray();
            JsonArray ours = new JsonArray();
            ours.add(torchName(reader.dtype(tensor.getKey()).name()));
            JsonArray shape = new JsonArray();
            for (long size : reader.shape(tensor.getKey()).getShape()) {
                shape.add(size);
            }
            ours.add(shape);
            if (!ours.toString().equals(theirs.toString())) {
                throw new CaseFailure(tensor.getKey() + " is " + ours + ", Python has " + theirs);
            }
        }
    }

    /** {@code F32} is {@code float32} in torch. */
    private static String torchName(String dtype) {
        String name = dtype.toLowerCase(Locale.ROOT);
        if (name.startsWith("bf")) {
            return name.replace("bf", "bfloat");
        }
        if (name.matches("u\\d+")) {
            return name.replace("u", "uint");
        }
        return name.replaceAll("^f(\\d+)$", "float$1").replaceAll("^i(\\d+)$", "int$1");
    }

    /** Truth values other than 0 and 1, which Python hands out: its own results are undefined. */
    private boolean holdsOddTruthValues() throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(LITTLE_ENDIAN);
        long header = bytes.remaining() < Long.BYTES ? -1 : bytes.getLong();
        if (header < 0 || header > bytes.remaining()) {
            return false;
        }
        byte[] json = new byte[(int) header];
        bytes.get(json);
        JsonElement tensors;
        try {
            tensors = JsonParser.parseString(new String(json, StandardCharsets.UTF_8));
        } catch (JsonParseException e) {
            return false;
        }
        return tensors.isJsonObject()
                && tensors.getAsJsonObject().asMap().values().stream()
                        .anyMatch(tensor -> isOdd(tensor, bytes.slice()));
    }

    private static boolean isOdd(JsonElement tensor, ByteBuffer data) {
        JsonObject entry = tensor.getAsJsonObject();
        if (!entry.has("dtype") || !entry.get("dtype").getAsString().equals("BOOL")) {
            return false;
        }
        JsonArray offsets = entry.getAsJsonArray("data_offsets");
        for (int i = offsets.get(0).getAsInt(); i < offsets.get(1).getAsInt(); i++) {
            if (data.get(i) != 0 && data.get(i) != 1) {
                return true;
            }
        }
        return false;
    }
}
