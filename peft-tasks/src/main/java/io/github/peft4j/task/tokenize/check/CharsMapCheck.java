package io.github.peft4j.task.tokenize.check;

import com.google.common.base.Utf8;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import java.util.BitSet;

/**
 * Walks the precompiled map of a SentencePiece normalizer: a tree of bytes in one array, whose
 * leaves point into texts. The native library follows both without looking where they end.
 */
final class CharsMapCheck {

    private static final String PATH = "normalizer.precompiled_charsmap";

    /** No UTF-8 text has a byte above this. */
    private static final int LAST_BYTE = 0xf4;

    private final int[] units;
    private final byte[] texts;

    private CharsMapCheck(int[] units, byte[] texts) {
        this.units = units;
        this.texts = texts;
    }

    /** The characters that one of a text may become; the map gets its padding. */
    static long check(JsonObject part) {
        JsonElement value = part.get("precompiled_charsmap");
        if (!(value instanceof JsonPrimitive text) || !text.isString()) {
            throw Refusal.of(PATH, "must be a text in base64");
        }
        byte[] decoded = decoded(text.getAsString());
        part.addProperty("precompiled_charsmap", Base64.getEncoder().encodeToString(decoded));
        ByteBuffer bytes = ByteBuffer.wrap(decoded).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.remaining() < 4) {
            throw Refusal.of(PATH, "is no map: it has %d bytes".formatted(bytes.remaining()));
        }
        long size = Integer.toUnsignedLong(bytes.getInt()) / 4;
        if (size == 0) {
            throw Refusal.inUse(PATH, "has no units");
        }
        if (size > bytes.remaining() / 4) {
            throw Refusal.of(PATH, "has %d of its %d units".formatted(bytes.remaining() / 4, size));
        }
        int[] units = new int[(int) size];
        for (int i = 0; i < units.length; i++) {
            units[i] = bytes.getInt();
        }
        byte[] texts = Arrays.copyOfRange(bytes.array(), bytes.position(), bytes.limit());
        if (!Utf8.isWellFormed(texts)) {
            throw Refusal.of(PATH, "holds texts that are no UTF-8");
        }
        return new CharsMapCheck(units, texts).longest();
    }

    /** The library does without padding, and knows one form of each map. */
    private static byte[] decoded(String text) {
        String bare = text.replaceFirst("={1,2}$", "");
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(bare);
        } catch (IllegalArgumentException bad) {
            throw Refusal.of(PATH, "is no base64: %s".formatted(bad.getMessage()));
        }
        if (!Base64.getEncoder().withoutPadding().encodeToString(bytes).equals(bare)) {
            throw Refusal.of(PATH, "is no base64: its last character holds more than its bytes");
        }
        return bytes;
    }

    private long longest() {
        long longest = 1;
        BitSet seen = new BitSet(units.length);
        ArrayDeque<Integer> nodes = new ArrayDeque<>();
        nodes.add(within(offset(units[0])));
        while (!nodes.isEmpty()) {
            int node = nodes.remove();
            if (seen.get(node)) {
                continue;
            }
            seen.set(node);
            for (int c = 1; c <= LAST_BYTE; c++) {
                int unit = units[within(node ^ c)];
                if ((unit & ((1 << 31) | 0xff)) != c) {
                    continue;
                }
                int next = within((node ^ c) ^ offset(unit));
                if (((unit >>> 8) & 1) == 1) {
                    longest = Math.max(longest, length(units[next] & Integer.MAX_VALUE));
                }
                nodes.add(next);
            }
        }
        return longest;
    }

    private static long offset(int unit) {
        return (long) (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
    }

    private int within(long node) {
        if (node < 0 || node >= units.length) {
            throw Refusal.inUse(PATH, "leads to unit %d of %d".formatted(node, units.length));
        }
        return (int) node;
    }

    private int length(int start) {
        if (start > texts.length || (start < texts.length && (texts[start] & 0xc0) == 0x80)) {
            throw Refusal.inUse(PATH, "leads into no text (byte %d)".formatted(start));
        }
        int end = start;
        int characters = 0;
        while (end < texts.length && texts[end] != 0) {
            if ((texts[end] & 0xc0) != 0x80) {
                characters++;
            }
            end++;
        }
        return characters;
    }
}
