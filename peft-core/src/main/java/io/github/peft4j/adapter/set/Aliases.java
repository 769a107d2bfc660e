package io.github.peft4j.adapter.set;

import ai.djl.nn.Parameter;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;

/**
 * Further keys under which PEFT writes tensors a second time; they are not read.
 *
 * @param keys each with its tensor; {@link #ADAPTER_NAME} in a key stands for the adapter's name
 */
public record Aliases(Map<String, Parameter> keys) {

    /** Copies the collections. */
    public Aliases {
        keys = ImmutableMap.copyOf(keys);
    }

    /** Where an adapter's name belongs in a key. */
    public static final String ADAPTER_NAME = ".*.";

    private static final Splitter AT_NAME = Splitter.on(ADAPTER_NAME);

    /** The keys in the file of an adapter of this name. */
    public Map<String, Parameter> of(String name) {
        ImmutableMap.Builder<String, Parameter> named = ImmutableMap.builder();
        keys.forEach((key, p) -> named.put(key.replace(ADAPTER_NAME, "." + name + "."), p));
        return named.buildOrThrow();
    }

    /** Whether a name in a file is such a key, whatever the adapter was called. */
    public boolean contains(String fileName) {
        return keys.keySet().stream().anyMatch(key -> fits(fileName, AT_NAME.splitToList(key)));
    }

    private static boolean fits(String fileName, List<String> parts) {
        if (parts.size() == 1) {
            return fileName.equals(parts.get(0));
        }
        String start = parts.get(0) + ".";
        String end = "." + parts.get(1);
        return fileName.length() > start.length() + end.length()
                && fileName.startsWith(start)
                && fileName.endsWith(end);
    }
}
