package io.github.peft4j.inspect;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedMap;
import io.github.peft4j.combine.PairMethod;
import io.github.peft4j.combine.PairNames;
import io.github.peft4j.config.LayerConfig;
import io.github.peft4j.config.LoadedConfig;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftMethod;
import io.github.peft4j.config.PeftMethods;
import io.github.peft4j.io.checkpoint.Checkpoint;
import io.github.peft4j.io.file.StableFolder;
import io.github.peft4j.store.AdapterPassport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * An adapter's folder, open for reading.
 *
 * @param folder where it is
 * @param loaded its config, and what is odd about that
 * @param passport empty where it has none
 * @param file its tensors
 */
record OpenAdapter(Path folder, LoadedConfig loaded, AdapterPassport passport, Checkpoint file)
        implements AutoCloseable {

    private static final String FILES = "adapter_*";
    private static final String MODEL = "base_model.model.";

    static OpenAdapter open(Path folder) throws IOException {
        return StableFolder.read(folder, FILES, () -> read(folder));
    }

    private static OpenAdapter read(Path folder) throws IOException {
        LoadedConfig loaded = PeftConfig.load(folder);
        AdapterPassport passport = AdapterPassport.read(folder).orElse(AdapterPassport.EMPTY);
        return new OpenAdapter(folder, loaded, passport, Checkpoint.openAdapter(folder));
    }

    PeftConfig config() {
        return loaded.config();
    }

    PeftMethod<?> method() {
        return PeftMethods.require(config().peftType());
    }

    /** A tensor's name without what PEFT puts before the model's own names. */
    static String withoutPrefix(String key) {
        return key.startsWith(MODEL) ? key.substring(MODEL.length()) : key;
    }

    /** Keys of the tensors of each place that has all of a group's, by the place's path. */
    SortedMap<String, List<String>> places(List<String> suffixes) {
        SortedMap<String, List<String>> places = new TreeMap<>();
        String first = "." + suffixes.get(0);
        for (String key : file.names()) {
            if (key.endsWith(first)) {
                String place = key.substring(0, key.length() - first.length());
                List<String> keys = suffixes.stream().map(end -> place + "." + end).toList();
                if (file.names().containsAll(keys)) {
                    places.put(withoutPrefix(place), keys);
                }
            }
        }
        return places;
    }

    /**
     * A pair of a layer.
     *
     * @param a key of A
     * @param b key of B
     * @param rank rows of A
     * @param scale factor on B A
     */
    record Pair(String a, String b, long rank, double scale) {}

    /** The pairs of all layers by path; none for a method without. */
    SortedMap<String, Pair> pairs() {
        return method() instanceof PairMethod<?> pairs ? pairs(pairs) : ImmutableSortedMap.of();
    }

    private SortedMap<String, Pair> pairs(PairMethod<?> method) {
        SortedMap<String, Pair> all = new TreeMap<>();
        for (PairNames names : method.pairNames()) {
            places(ImmutableList.of(names.a(), names.b()))
                    .forEach(
                            (path, keys) -> {
                                Shape a = file.shape(keys.get(0));
                                if (a.dimension() >= 2) {
                                    double scale = scale(method, config(), path);
                                    all.put(
                                            path,
                                            new Pair(keys.get(0), keys.get(1), a.get(0), scale));
                                }
                            });
        }
        return all;
    }

    private static <C extends LayerConfig> double scale(
            PairMethod<C> method, PeftConfig config, String path) {
        return method.pairScale(method.configType().configClass().cast(config), path);
    }

    /** Groups of suffixes, as {@link PeftMethod#factors}. */
    List<List<String>> factors() {
        return factors(method(), config());
    }

    private static <C extends PeftConfig> List<List<String>> factors(
            PeftMethod<C> method, PeftConfig config) {
        return method.factors(method.configType().configClass().cast(config));
    }

    /** Whether a tensor can be made an array. */
    boolean loads(String key) {
        return file.dtype(key).loadedType().isPresent();
    }

    NDArray load(NDManager manager, String key) throws IOException {
        return file.load(manager, key);
    }

    /** How many numbers of each type there are. */
    Map<String, Long> types() {
        Map<String, Long> types = new TreeMap<>();
        file.names().forEach(key -> types.merge(file.dtype(key).name(), size(key), Long::sum));
        return types;
    }

    long size(String key) {
        return file.shape(key).size();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
