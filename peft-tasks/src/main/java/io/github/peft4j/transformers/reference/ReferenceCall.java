package io.github.peft4j.transformers.reference;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import com.google.common.collect.ImmutableList;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.peft4j.adapter.AdapterPass;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.engine.Gradients;
import io.github.peft4j.io.SafetensorsReader;
import io.github.peft4j.model.FixedKeyValueCache;
import io.github.peft4j.model.KeyValueCache.KeyValues;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A call of a model that Python made, as a safetensors file keeps it: arguments {@code in.*},
 * outputs {@code out.*}, gradients {@code grad.*} of weights by name, and facts as a JSON object
 * under the metadata key {@code case}. Plays the call on a model of ours and hands each pair of
 * tensors to a {@link Judge}.
 *
 * <p>The tensors live in the manager that the file was read into.
 */
public final class ReferenceCall {

    /** The metadata key of the facts. */
    private static final String FACTS = "case";

    private final Map<String, NDArray> tensors;
    private final JsonObject facts;

    /**
     * A call whose file is read already.
     *
     * @param tensors by their names in the file
     * @param facts the case's description; {@code "compare": "attended"} leaves padding out of the
     *     comparison
     */
    public ReferenceCall(Map<String, NDArray> tensors, JsonObject facts) {
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.facts = facts.deepCopy();
    }

    /** Reads a file whole; one without facts has an empty object of them. */
    public static ReferenceCall read(NDManager manager, Path file) throws IOException {
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : reader.names()) {
                tensors.put(name, reader.load(manager, name));
            }
            String facts = reader.metadata().getOrDefault(FACTS, "{}");
            return new ReferenceCall(tensors, JsonParser.parseString(facts).getAsJsonObject());
        }
    }

    /** The same call, compared at the tokens alone and not at the padding. */
    public ReferenceCall attendedOnly() {
        JsonObject narrower = facts.deepCopy();
        narrower.addProperty("compare", "attended");
        return new ReferenceCall(tensors, narrower);
    }

    /**
     * A fact of the case that is a text, such as {@code auto_class}.
     *
     * @throws IllegalArgumentException if the file does not say it
     */
    public String fact(String key) {
        JsonElement value = facts.get(key);
        if (value == null) {
            throw new IllegalArgumentException(
                    "The file has no fact '" + key + "'. It has " + facts.keySet() + ".");
        }
        return value.getAsString();
    }

    /** Tensors whose names start so, without the start. */
    public Map<String, NDArray> startingWith(String start) {
        Map<String, NDArray> found = new LinkedHashMap<>();
        tensors.forEach(
                (name, array) -> {
                    if (name.startsWith(start)) {
                        found.put(name.substring(start.length()), array);
                    }
                });
        return found;
    }

    /**
     * The arguments; {@code past_key.<i>} and {@code past_value.<i>} [B, K, P, H] become a cache.
     */
    public ModelInput input() {
        Map<String, NDArray> arrays = startingWith("in.");
        ImmutableList.Builder<KeyValues> layers = ImmutableList.builder();
        boolean past = false;
        for (int i = 0; ; i++) {
            NDArray key = arrays.remove("past_key." + i);
            NDArray value = arrays.remove("past_value." + i);
            if (key == null || value == null) {
                break;
            }
            past = true;
            layers.add(new KeyValues(sideBySide(key), sideBySide(value)));
        }
        ModelInput input = ModelInput.of(arrays);
        return past ? input.withCache(new FixedKeyValueCache(layers.build())) : input;
    }

    private static NDArray sideBySide(NDArray heads) {
        Shape shape = heads.getShape();
        return heads.transpose(0, 2, 1, 3)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }

    /** Whether Python kept the hidden states of all layers. */
    public boolean hasHiddenStates() {
        return tensors.containsKey("out.hidden_states.0")
                || tensors.containsKey("out.decoder_hidden_states.0");
    }

    /** Whether Python kept gradients. */
    public boolean hasGradients() {
        return tensors.keySet().stream().anyMatch(name -> name.startsWith("grad."));
    }

    /**
     * Calls the model without recording a graph and hands over every output that Python kept.
     * Hidden states are handed over where the input asks for them.
     *
     * @param input {@link #input()}, or a variation of it that must come to the same
     */
    public <E extends Exception> void outputs(BaseModel model, ModelInput input, Judge<E> judge)
            throws E {
        ModelOutput output;
        try (Gradients off = Gradients.off()) {
            output = model.forward(input, AdapterPass.bare(input.manager(), false));
            for (Map.Entry<String, NDArray> entry : startingWith("out.").entrySet()) {
                String field = entry.getKey();
                if (!input.outputHiddenStates() && field.contains("hidden_states.")) {
                    continue;
                }
                String name = "out." + field;
                NDArray ours = judge.output(field, input, output);
                if (ours == null) {
                    throw judge.missing(name);
                }
                judge.compare(name, ours, entry.getValue(), rows(entry.getValue()));
            }
        }
    }

    /**
     * Runs the loss backwards through the model and hands over the loss, and the gradient of every
     * parameter that Python kept one of. Which parameters train is the caller's to say before.
     *
     * @param input {@link #input()}, or a variation of it that must come to the same
     * @param training whether dropout acts
     */
    public <E extends Exception> void gradients(
            BaseModel model, ModelInput input, boolean training, Judge<E> judge) throws E {
        try (NDManager scope = input.manager().newSubManager();
                Gradients on = Gradients.on()) {
            ParameterStore store = new ParameterStore(scope, false);
            AdapterPass pass = AdapterPass.over(store, input.manager(), training);
            NDArray loss = model.forward(input, pass).loss();
            NDArray theirs = tensors.get("out.loss");
            if (theirs != null) {
                judge.compare("out.loss", loss, theirs, null);
            }
            Gradients.backward(loss);
        }
        for (Map.Entry<String, NDArray> entry : startingWith("grad.").entrySet()) {
            Parameter parameter = model.parameters().get(entry.getKey());
            String name = "grad." + entry.getKey();
            if (parameter == null) {
                throw judge.missing(name);
            }
            try (NDArray ours = parameter.getArray().getGradient()) {
                judge.compare(name, ours, entry.getValue(), null);
            }
        }
        for (Parameter parameter : model.parameters().values()) {
            if (parameter.requiresGradient()) {
                Gradients.zero(parameter.getArray());
            }
        }
    }

    /** Which rows of the leading axes are tokens, where only these count; null for all. */
    private boolean @Nullable [] rows(NDArray array) {
        JsonElement compare = facts.get("compare");
        NDArray mask = tensors.get("in." + ModelInput.ATTENTION_MASK);
        if (compare == null
                || !compare.getAsString().equals("attended")
                || mask == null
                || array.getShape().dimension() < 2
                || !array.getShape().slice(0, 2).equals(mask.getShape())) {
            return null;
        }
        Number[] values = mask.toArray();
        boolean[] rows = new boolean[values.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = values[i].doubleValue() != 0;
        }
        return rows;
    }
}
