package io.github.peft4j.report;

import com.google.common.collect.ImmutableList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * What merging adapters into weights of a smaller type would leave of them. A change that is small
 * against the type's step next to a weight is rounded away, or drowns in what rounding adds.
 *
 * @param type the type of the merged weights
 * @param adapters what would be merged, the first innermost
 * @param layers each weight that would change, in the order of the model
 */
public record MergeVerdict(MergeType type, List<String> adapters, List<LayerMerge> layers) {

    private static final double LITTLE = 0.1;
    private static final double HALF = 0.5;
    private static final int SHOWN = 5;

    /** Copies the lists. */
    public MergeVerdict {
        adapters = ImmutableList.copyOf(adapters);
        layers = ImmutableList.copyOf(layers);
    }

    /** What to do. */
    public enum Advice {
        /** Rounding adds at most a tenth of the change. */
        MERGE("Merge: rounding hardly touches the change."),
        /** Rounding adds up to half of the change. */
        COMPARE(
                "Compare first: run mergeDrift on inputs of yours, or measure the merged model on"
                        + " your own data before you use it."),
        /** Rounding adds more than half of the change, or a number is too large for the type. */
        KEEP_APART(
                "Keep the adapter apart, or save the merged model in float32: in this type most of"
                        + " what it learned would be noise.");

        private final String text;

        Advice(String text) {
            this.text = text;
        }

        /** In words. */
        public String text() {
            return text;
        }
    }

    /** What rounding adds to the change of all weights together, as {@link LayerMerge#error}. */
    public double error() {
        double changes = sum(this::energy);
        double errors = sum(layer -> layer.error() * layer.error() * energy(layer));
        return changes == 0 ? 0 : Math.sqrt(errors / changes);
    }

    /** How much is left of the change of all weights together, as {@link LayerMerge#kept}. */
    public double kept() {
        double changes = sum(this::energy);
        return changes == 0 ? 1 : sum(layer -> layer.kept() * energy(layer)) / changes;
    }

    private double energy(LayerMerge layer) {
        return layer.change() * layer.change() * layer.numbers();
    }

    private double sum(ToDoubleFunction<LayerMerge> of) {
        return layers.stream().mapToDouble(of).sum();
    }

    /** What to do, from {@link #error}. */
    public Advice advice() {
        double error = error();
        return error <= LITTLE ? Advice.MERGE : error <= HALF ? Advice.COMPARE : Advice.KEEP_APART;
    }

    /** Some lines for people: the whole, the advice, and the layers that lose most. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "Merging %s into %s: %.0f%% of the change is kept, rounding adds"
                                + " %.0f%%.\n%s",
                        adapters,
                        type,
                        100 * kept(),
                        100 * error(),
                        advice().text()));
        layers.stream()
                .sorted(Comparator.comparingDouble(LayerMerge::error).reversed())
                .limit(SHOWN)
                .forEach(layer -> text.append("\n  ").append(layer));
        if (layers.size() > SHOWN) {
            text.append("\n  and ").append(layers.size() - SHOWN).append(" more weights");
        }
        return text.toString();
    }
}
