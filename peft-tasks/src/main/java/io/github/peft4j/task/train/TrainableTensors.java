package io.github.peft4j.task.train;

import ai.djl.nn.Parameter;
import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Iterables;
import io.github.peft4j.PeftModel;
import java.util.ArrayList;
import java.util.List;

/** Makes sure, before anything is trained, that exactly what the model says would be. */
final class TrainableTensors {

    private static final int SHOWN = 10;

    private TrainableTensors() {}

    /**
     * The tensors that train, by their key in the adapter's file.
     *
     * @throws IllegalStateException if there are none, if one of them is frozen, or if another
     *     tensor of the model asks for gradients
     */
    static ImmutableMap<String, Parameter> require(PeftModel model) {
        ImmutableMap<String, Parameter> trainable = ImmutableMap.copyOf(model.trainableTensors());
        if (trainable.isEmpty() || !model.activation().enabled()) {
            throw new IllegalStateException(
                    ("The active adapters %s have nothing to train. Activate a trainable one: "
                                    + "setAdapter(name), loaded with optTrainable(true), and no "
                                    + "disableAdapter() open.")
                            .formatted(model.activeAdapters()));
        }
        List<String> frozen = new ArrayList<>();
        trainable.forEach(
                (name, parameter) -> {
                    if (!parameter.requiresGradient() || !parameter.getArray().hasGradient()) {
                        frozen.add(name);
                    }
                });
        refuse(frozen, "are frozen though their adapter trains");
        ImmutableSet<Parameter> known = ImmutableSet.copyOf(trainable.values());
        List<String> strays = new ArrayList<>();
        model.getParameters()
                .forEach(
                        pair -> {
                            if (pair.getValue().requiresGradient()
                                    && !known.contains(pair.getValue())) {
                                strays.add(pair.getKey());
                            }
                        });
        refuse(strays, "ask for gradients though no active adapter trains them");
        return trainable;
    }

    private static void refuse(List<String> names, String what) {
        if (!names.isEmpty()) {
            String more = names.size() > SHOWN ? ", ... (%d in all)".formatted(names.size()) : "";
            throw new IllegalStateException(
                    ("Tensors %s: %s%s. Call setAdapter(name) after anything that freezes or "
                                    + "unfreezes parameters.")
                            .formatted(
                                    what,
                                    Joiner.on(", ").join(Iterables.limit(names, SHOWN)),
                                    more));
        }
    }
}
