package io.github.peft4j.matching;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.github.peft4j.json.OneOrMany;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layers that a method adapts where the config names none, by the {@code model_type} of the
 * model's config.json.
 */
public final class DefaultTargets {

    private static final int SHOWN = 10;

    /** LoRA's table; most methods share it. */
    public static final DefaultTargets LORA = lora();

    /** AdaLoRA's table; VB-LoRA differs in a row. */
    public static final DefaultTargets ADALORA = adaLora();

    private final ImmutableMap<String, OneOrMany<String>> table;

    private DefaultTargets(ImmutableMap<String, OneOrMany<String>> table) {
        this.table = table;
    }

    private static DefaultTargets lora() {
        Table table = new Table();
        table.names("q", "v").of("t5", "mt5");
        table.names("q_proj", "v_proj")
                .of("bart", "opt", "gptj", "gpt_neo", "llama", "llama4", "mistral", "mixtral")
                .of("stablelm", "gemma", "gemma2", "gemma3_text", "qwen2", "qwen3");
        table.names("c_attn").of("gpt2", "gpt_bigcode");
        table.names("c_proj", "c_attn").of("btlm");
        table.names("query_key_value")
                .of("bloom", "gpt_neox", "chatglm", "RefinedWebModel", "RefinedWeb", "falcon");
        table.names("q", "v", "q_proj", "v_proj").of("blip-2");
        table.names("query", "value").of("bert", "roberta", "xlm-roberta", "electra", "layoutlm");
        table.names("query_proj", "value_proj").of("deberta-v2");
        table.names("in_proj").of("deberta");
        table.names("Wqkv").of("mpt");
        table.names("qkv_proj").of("codegen");
        table.names("q_proj", "v_proj", "fc1", "fc2").of("phi");
        table.names("q_proj", "k_proj", "v_proj", "o_proj").of("nemotron_h");
        table.names("key", "value", "receptance", "output").of("rwkv");
        table.names("r_proj", "k_proj", "v_proj", "o_proj", "key", "value").of("rwkv7");
        table.regex(".*language_model\\..*\\.(q_proj|v_proj)").of("gemma4");
        return table.build();
    }

    private static DefaultTargets adaLora() {
        Table table = new Table();
        table.names("q", "k", "v", "o", "wi", "wo").of("t5");
        table.names("q", "k", "v", "o", "wi_0", "wi_1", "wo").of("mt5");
        table.names("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2").of("bart", "opt");
        table.names("c_attn").of("gpt2", "gpt_bigcode");
        table.names("query_key_value").of("bloom", "gpt_neox");
        table.names("q_proj", "v_proj")
                .of("gptj", "gpt_neo", "llama", "llama4", "gemma", "gemma2", "gemma3_text")
                .of("qwen2", "qwen3");
        table.names("query", "value").of("bert");
        table.names("query", "key", "value", "dense").of("roberta");
        table.names("query_proj", "key_proj", "value_proj", "dense").of("deberta-v2");
        table.names("in_proj").of("deberta");
        table.regex(".*language_model\\..*\\.(q_proj|v_proj)").of("gemma4");
        table.names("q_proj", "k_proj", "v_proj", "o_proj").of("nemotron_h");
        return table.build();
    }

    /** This table with another entry, for the methods that differ in a few. */
    public DefaultTargets with(String modelType, String... names) {
        ImmutableMap.Builder<String, OneOrMany<String>> changed = ImmutableMap.builder();
        changed.putAll(table).put(modelType, OneOrMany.many(ImmutableList.copyOf(names)));
        return new DefaultTargets(changed.buildKeepingLast());
    }

    /** The entry of a model type, if there is one. */
    public Optional<OneOrMany<String>> find(@Nullable String modelType) {
        return modelType == null ? Optional.empty() : Optional.ofNullable(table.get(modelType));
    }

    /**
     * The options with targets: their own, or those of the table.
     *
     * @param modelType {@code model_type} of the model, or null if it has none
     * @throws IllegalArgumentException if the options name no targets and the table has none
     */
    public TargetModules resolve(TargetModules options, @Nullable String modelType) {
        if (options.targets().isPresent()) {
            return options;
        }
        return options.withTargetModules(find(modelType).orElseThrow(() -> refuse(modelType)));
    }

    /** The same for a config that reaches something besides layers: no default, no layers. */
    public TargetModules resolveIfAny(TargetModules options, @Nullable String modelType) {
        return options.targets().isPresent()
                ? options
                : options.withTargetModules(
                        find(modelType).orElse(OneOrMany.many(ImmutableList.of())));
    }

    private IllegalArgumentException refuse(@Nullable String modelType) {
        ImmutableSortedSet<String> types = ImmutableSortedSet.copyOf(table.keySet());
        return new IllegalArgumentException(
                "target_modules is not set, and there is no default for model_type "
                        + modelType
                        + ". There are defaults for: "
                        + Joiner.on(", ").join(types.stream().limit(SHOWN).iterator())
                        + ", ... ("
                        + types.size()
                        + " in all). Please specify target_modules: optTargetModules(...) with the"
                        + " names of layers, or optTargetModules(\"all-linear\").");
    }

    /** An empty table to be filled, for the methods that have their own. */
    public static Table table() {
        return new Table();
    }

    /** Collects entries that several model types share. */
    public static final class Table {

        private final ImmutableMap.Builder<String, OneOrMany<String>> entries =
                ImmutableMap.builder();

        private Table() {}

        /** Names, or ends of names, of layers; {@link Entry#of} says for which model types. */
        public Entry names(String... names) {
            return new Entry(OneOrMany.many(ImmutableList.copyOf(names)), entries);
        }

        /** A regular expression for whole names of layers. */
        public Entry regex(String regex) {
            return new Entry(OneOrMany.one(regex), entries);
        }

        /** The table. */
        public DefaultTargets build() {
            return new DefaultTargets(entries.buildOrThrow());
        }
    }

    /** Layers whose model types are still to be named. */
    public static final class Entry {

        private final OneOrMany<String> targets;
        private final ImmutableMap.Builder<String, OneOrMany<String>> entries;

        private Entry(
                OneOrMany<String> targets,
                ImmutableMap.Builder<String, OneOrMany<String>> entries) {
            this.targets = targets;
            this.entries = entries;
        }

        /** Enters the layers for these model types. */
        @CanIgnoreReturnValue
        public Entry of(String... modelTypes) {
            for (String modelType : modelTypes) {
                entries.put(modelType, targets);
            }
            return this;
        }
    }
}
