package io.github.peft4j.task.train;

import com.google.common.base.Joiner;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Longs;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.HostArray;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Training data in one number: SHA-256 over the sorted SHA-256 of each example as the model gets
 * it, its columns by name with their shapes and numbers. The order of the examples makes no
 * difference; another text, label or tokenizer does, and so does an example that comes twice.
 */
final class DataDigest {

    private DataDigest() {}

    /** Computes it over the first epoch: {@code sha256:} and 64 hexadecimal digits. */
    static String of(BatchSource source) {
        BatchSource examples = source.inEpoch(0);
        String[] rows = new String[examples.size()];
        for (int i = 0; i < rows.length; i++) {
            Hasher row = Hashing.sha256().newHasher();
            new TreeMap<>(examples.batch(i).columns())
                    .forEach((name, column) -> add(row, name, column));
            rows[i] = row.hash().toString();
        }
        Arrays.sort(rows);
        Hasher all = Hashing.sha256().newHasher();
        for (String row : rows) {
            all.putString(row, StandardCharsets.US_ASCII);
        }
        return "sha256:" + all.hash();
    }

    private static void add(Hasher row, String name, HostArray column) {
        String shape = Joiner.on(',').join(Longs.asList(column.shape().getShape()));
        row.putString(name + '\0' + shape + '\n', StandardCharsets.UTF_8);
        if (column instanceof HostArray.Int64 numbers) {
            Arrays.stream(numbers.values()).forEach(row::putLong);
        } else if (column instanceof HostArray.Float32 numbers) {
            for (float number : numbers.values()) {
                row.putFloat(number);
            }
        }
    }
}
