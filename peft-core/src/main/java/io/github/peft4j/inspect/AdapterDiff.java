package io.github.peft4j.inspect;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.Sets;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.store.AdapterPassport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What changed between two adapters, read from their folders without a base. Each list of sizes is
 * sorted, the largest relative change first.
 *
 * @param first folder of the first adapter
 * @param second folder of the second one
 * @param layers layers at which both are low-rank pairs, of whatever ranks: how much \(s B A\)
 *     differs
 * @param tensors tensors that both have in one shape
 * @param reshaped tensors that both have, in different shapes
 * @param onlyFirst keys that the first alone has
 * @param onlySecond keys that the second alone has
 * @param config values of adapter_config.json that differ
 * @param passport values of the passports that differ
 */
public record AdapterDiff(
        String first,
        String second,
        List<SizeOfChange> layers,
        List<SizeOfChange> tensors,
        List<String> reshaped,
        List<String> onlyFirst,
        List<String> onlySecond,
        List<ValueChange> config,
        List<ValueChange> passport) {

    private static final int SHOWN = 20;
    private static final Comparator<SizeOfChange> BY_SIZE =
            Comparator.comparingDouble(SizeOfChange::rank)
                    .reversed()
                    .thenComparing(SizeOfChange::name);

    /** Copies and sorts. */
    public AdapterDiff {
        layers = layers.stream().sorted(BY_SIZE).toList();
        tensors = tensors.stream().sorted(BY_SIZE).toList();
        reshaped = ImmutableList.copyOf(reshaped);
        onlyFirst = ImmutableList.copyOf(onlyFirst);
        onlySecond = ImmutableList.copyOf(onlySecond);
        config = ImmutableList.copyOf(config);
        passport = ImmutableList.copyOf(passport);
    }

    /**
     * Compares two folders and changes neither.
     *
     * @throws IOException if a file is missing or broken
     * @throws IllegalArgumentException if a field of a config is wrong
     */
    public static AdapterDiff of(Path first, Path second) throws IOException {
        try (OpenAdapter one = OpenAdapter.open(first);
                OpenAdapter two = OpenAdapter.open(second);
                NDManager manager = Engines.newManager();
                Gradients off = Gradients.off()) {
            return new Comparing(one, two, manager).diff();
        }
    }

    /** Two open folders. */
    private record Comparing(OpenAdapter one, OpenAdapter two, NDManager manager) {

        AdapterDiff diff() throws IOException {
            Set<String> ours = one.file().names();
            Set<String> theirs = two.file().names();
            List<SizeOfChange> tensors = new ArrayList<>();
            List<String> reshaped = new ArrayList<>();
            for (String key : ImmutableSortedSet.copyOf(Sets.intersection(ours, theirs))) {
                if (!one.file().shape(key).equals(two.file().shape(key))) {
                    reshaped.add(
                            "%s: %s -> %s"
                                    .formatted(
                                            OpenAdapter.withoutPrefix(key),
                                            one.file().shape(key),
                                            two.file().shape(key)));
                } else {
                    tensors.add(ChangeMeasure.ofTensor(one, two, key, manager));
                }
            }
            return new AdapterDiff(
                    one.folder().toString(),
                    two.folder().toString(),
                    layers(),
                    tensors,
                    reshaped,
                    named(Sets.difference(ours, theirs)),
                    named(Sets.difference(theirs, ours)),
                    values("", one.config().toMap(), two.config().toMap()),
                    values("", withoutTensors(one.passport()), withoutTensors(two.passport())));
        }

        private List<SizeOfChange> layers() throws IOException {
            SortedMap<String, OpenAdapter.Pair> ours = one.pairs();
            SortedMap<String, OpenAdapter.Pair> theirs = two.pairs();
            List<SizeOfChange> layers = new ArrayList<>();
            for (String path : Sets.intersection(ours.keySet(), theirs.keySet())) {
                ChangeMeasure.ofProduct(
                                path,
                                new ChangeMeasure.Side(one, Objects.requireNonNull(ours.get(path))),
                                new ChangeMeasure.Side(
                                        two, Objects.requireNonNull(theirs.get(path))),
                                manager)
                        .ifPresent(layers::add);
            }
            return layers;
        }

        private static List<String> named(Set<String> keys) {
            return keys.stream().sorted().map(OpenAdapter::withoutPrefix).toList();
        }

        /** Compares two JSON objects, and objects within them. */
        private static List<ValueChange> values(
                String start, Map<?, ? extends @Nullable Object> one, Map<?, ?> two) {
            Set<String> keys = new TreeSet<>();
            one.keySet().forEach(key -> keys.add(String.valueOf(key)));
            two.keySet().forEach(key -> keys.add(String.valueOf(key)));
            List<ValueChange> changes = new ArrayList<>();
            for (String key : keys) {
                Object a = one.get(key);
                Object b = two.get(key);
                if (a instanceof Map<?, ?> left && b instanceof Map<?, ?> right) {
                    changes.addAll(values(start + key + ".", left, right));
                } else if (!Objects.equals(a, b)) {
                    changes.add(new ValueChange(start + key, a, b));
                }
            }
            return changes;
        }
    }

    /** Some lines for people: the largest changes of each kind. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(first + " -> " + second);
        add(text, "the product of the pair changed, by layer", layers);
        add(text, "tensors changed", tensors);
        addNames(text, "tensors of other shapes", reshaped);
        addNames(text, "only in the first", onlyFirst);
        addNames(text, "only in the second", onlySecond);
        addNames(text, "config", config.stream().map(ValueChange::toString).toList());
        addNames(text, "passport", passport.stream().map(ValueChange::toString).toList());
        return text.toString();
    }

    /** The tensors themselves are compared, so their digests say nothing more. */
    private static Map<String, @Nullable Object> withoutTensors(AdapterPassport passport) {
        return AdapterInspection.passportValues(
                passport.toBuilder().optAdapterTensors(Map.of()).build());
    }

    private static void add(StringBuilder text, String title, List<SizeOfChange> sizes) {
        List<SizeOfChange> changed = sizes.stream().filter(size -> size.rank() > 0).toList();
        if (sizes.isEmpty()) {
            return;
        }
        text.append(
                String.format(Locale.ROOT, "\n%s: %d of %d", title, changed.size(), sizes.size()));
        for (SizeOfChange size : changed.subList(0, Math.min(SHOWN, changed.size()))) {
            text.append("\n  ").append(percent(size)).append("  ").append(Text.cut(size.name()));
        }
        if (changed.size() > SHOWN) {
            text.append("\n  and ").append(changed.size() - SHOWN).append(" smaller changes");
        }
    }

    private static String percent(SizeOfChange size) {
        Double relative = size.relative();
        if (relative != null) {
            return String.format(Locale.ROOT, "%9.4f%%", 100 * relative);
        }
        return size.change() == null ? "not finite" : " from zero";
    }

    private static void addNames(StringBuilder text, String title, List<String> lines) {
        if (lines.isEmpty()) {
            return;
        }
        text.append('\n').append(title).append(':');
        lines.stream().limit(SHOWN).forEach(line -> text.append("\n  ").append(line));
        if (lines.size() > SHOWN) {
            text.append("\n  and ").append(lines.size() - SHOWN).append(" more");
        }
    }
}
