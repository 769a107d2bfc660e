package io.github.peft4j.report;

import com.google.common.collect.ImmutableList;
import io.github.peft4j.model.ParameterCount;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a config would make of a base.
 *
 * @param method the method
 * @param baseType class that Python has for the base, or the base block's own
 * @param layers each place at which the adapter would act, in the order of the model, then the
 *     modules that it would keep copies of
 * @param unmatched entries of {@code target_modules} that select nothing
 * @param parameters how many numbers would train, and how many there would be with the base's
 * @param tensors how many tensors its file would have
 * @param bytes the size of its file in float32, without tables of the base that are saved along
 *     ({@code save_embedding_layers})
 * @param warnings what is odd but allowed, as PEFT warns about it
 */
public record AdapterPlan(
        String method,
        String baseType,
        List<PlannedLayer> layers,
        List<NearMatch> unmatched,
        ParameterCount parameters,
        int tensors,
        long bytes,
        List<String> warnings) {

    /** Copies the lists. */
    public AdapterPlan {
        layers = ImmutableList.copyOf(layers);
        unmatched = ImmutableList.copyOf(unmatched);
        warnings = ImmutableList.copyOf(warnings);
    }

    /** Some lines for people; layers that differ in their numbers alone share one. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(method).append(" on ").append(baseType).append('\n').append(parameters);
        text.append(String.format(Locale.ROOT, "\n%,d tensors, %,d bytes on disk", tensors, bytes));
        text.append('\n').append(layers.size()).append(" places");
        Map<String, Integer> lines = new LinkedHashMap<>();
        for (PlannedLayer layer : layers) {
            lines.merge(line(layer), 1, Integer::sum);
        }
        lines.forEach(
                (line, count) -> text.append("\n  ").append(count).append(" x ").append(line));
        for (NearMatch each : unmatched) {
            text.append("\ntarget \"").append(each.target()).append("\" selects nothing");
            if (!each.near().isEmpty()) {
                text.append("; did you mean ").append(String.join(" or ", each.near()));
                text.append('?');
            }
        }
        warnings.forEach(warning -> text.append("\nwarning: ").append(warning));
        return text.toString();
    }

    private static String line(PlannedLayer layer) {
        return String.format(
                Locale.ROOT,
                "%s (%s): %,d parameters each",
                layer.name().replaceAll("(?<=^|\\.)\\d+(?=\\.|$)", "*"),
                layer.type(),
                layer.parameters());
    }
}
