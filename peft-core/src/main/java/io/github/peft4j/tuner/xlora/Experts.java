package io.github.peft4j.tuner.xlora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.adapter.Adapter;
import io.github.peft4j.adapter.DeltaAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.PeftType;
import io.github.peft4j.internal.text.Text;
import io.github.peft4j.tuner.AdapterSource;
import io.github.peft4j.tuner.CreatedAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The LoRA adapters that an X-LoRA weights. */
final class Experts {

    private Experts() {}

    /** Loads them; none stays open if one cannot be used. */
    static ImmutableMap<String, CreatedAdapter<?>> load(XLoraConfig config, AdapterSource source) {
        Map<String, CreatedAdapter<?>> experts = new LinkedHashMap<>();
        try {
            for (int i = 0; i < config.adapters().size(); i++) {
                String name = String.valueOf(i);
                String path = config.adapters().get(name);
                Preconditions.checkArgument(
                        path != null,
                        "adapters has the names %s; they must be 0, 1, ... without a gap, as PEFT"
                                + " has them.",
                        config.adapters().keySet());
                requireLora(name, path);
                CreatedAdapter<?> expert = source.load(Path.of(path));
                experts.put(name, expert);
                check(name, path, expert);
            }
            return ImmutableMap.copyOf(experts);
        } catch (IOException e) {
            experts.values().forEach(expert -> expert.set().close());
            throw new UncheckedIOException(
                    "An expert of X-LoRA cannot be loaded: adapters names "
                            + Text.cut(config.adapters().get(String.valueOf(experts.size())))
                            + " for expert "
                            + experts.size()
                            + ": "
                            + Text.cut(e.getMessage())
                            + " Name the directory of a saved LoRA adapter.",
                    e);
        } catch (RuntimeException e) {
            experts.values().forEach(expert -> expert.set().close());
            throw e;
        }
    }

    /** What is odd about the experts, each with its number. */
    static ImmutableList<String> warnings(Map<String, CreatedAdapter<?>> experts) {
        ImmutableList.Builder<String> all = ImmutableList.builder();
        experts.forEach(
                (name, expert) ->
                        expert.warnings()
                                .forEach(warning -> all.add("Expert " + name + ": " + warning)));
        return all.build();
    }

    /** Asked before anything is made: an X-LoRA could name itself, or one that names it. */
    private static void requireLora(String name, String path) throws IOException {
        PeftType type = PeftConfig.load(Path.of(path)).config().peftType();
        Preconditions.checkArgument(
                type.name().equals("LORA"),
                "adapters names %s for expert %s, which is %s; X-LoRA weights plain LoRA adapters,"
                        + " and none that is made of others. Name the directory of a LoRA adapter.",
                path,
                name,
                type);
    }

    /** PEFT, too, loads the low-rank pairs alone. */
    private static void check(String name, String path, CreatedAdapter<?> expert) {
        AdapterSet set = expert.set();
        boolean plain = set.savedModules().isEmpty() && set.biases().isEmpty();
        for (Adapter adapter : set.layers().values()) {
            plain &= adapter instanceof DeltaAdapter;
        }
        Preconditions.checkArgument(
                plain && expert.config().peftType().name().equals("LORA"),
                "Expert %s (%s) is %s%s; X-LoRA weights plain LoRA adapters. Train the expert"
                        + " without modules_to_save, bias and DoRA.",
                name,
                path,
                expert.config().peftType(),
                plain ? "" : " with modules or biases that are saved whole");
    }

    /**
     * Lists the experts' tensors with the adapter: they count, and train if they are to. Each is
     * saved with its expert.
     */
    static void addTensors(
            AdapterSetBuilder set,
            ImmutableMap<String, CreatedAdapter<?>> experts,
            boolean trainable) {
        experts.forEach(
                (name, expert) ->
                        expert.set()
                                .tensors()
                                .forEach(
                                        (key, parameter) -> {
                                            parameter.freeze(!trainable);
                                            set.addUnsaved(named(key, name), parameter);
                                        }));
    }

    /** PEFT's key of an expert's tensor: {@code lora_A.0.weight}. */
    private static String named(String key, String expert) {
        return key.endsWith(".weight")
                ? key.substring(0, key.length() - ".weight".length()) + "." + expert + ".weight"
                : key + "." + expert;
    }
}
