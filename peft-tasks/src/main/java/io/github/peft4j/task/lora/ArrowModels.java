package io.github.peft4j.task.lora;

import ai.djl.nn.Block;
import com.google.common.base.Preconditions;
import io.github.peft4j.PeftModel;
import io.github.peft4j.PeftModels;
import io.github.peft4j.adapter.Activation;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.option.ArrowConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes models that route each token to trained LoRA adapters (Arrow). */
public final class ArrowModels {

    /** Name of the adapter that routes. */
    public static final String ROUTER = "arrow_router";

    private static final String TASK = "task_";
    private static final String GENERAL = "gks_";

    private ArrowModels() {}

    /**
     * Loads experts into a model and activates a router over them.
     *
     * @param base the base of all adapters
     * @param taskAdapters folders of the experts, called {@code task_0}, {@code task_1}, ...
     * @param settings how tokens are routed; names of adapters in it are replaced
     * @param generalAdapters folders of the adapters whose mean is taken out of the experts where
     *     the settings ask for it, called {@code gks_0}, ...
     * @throws IOException if a file is missing or broken
     * @throws IllegalArgumentException if the adapters are not LoRA of one rank and the same layers
     */
    public static PeftModel createArrowModel(
            Block base, List<Path> taskAdapters, ArrowConfig settings, List<Path> generalAdapters)
            throws IOException {
        Preconditions.checkArgument(
                !taskAdapters.isEmpty(),
                "There are no task adapters to route to. Pass the folder of at least one.");
        Preconditions.checkArgument(
                !settings.useGks() || !generalAdapters.isEmpty(),
                "use_gks is true, but there are no general adapters whose mean could be taken out."
                        + " Pass their folders, or set use_gks to false.");
        PeftModel model = PeftModels.fromPretrained(base, taskAdapters.get(0), TASK + 0);
        try {
            List<String> experts = new ArrayList<>(List.of(TASK + 0));
            load(model, taskAdapters, TASK, experts);
            List<String> general = new ArrayList<>();
            if (settings.useGks()) {
                load(model, generalAdapters, GENERAL, general);
            }
            LoraConfig config = router(model, settings.withAdapters(experts, general));
            model.addAdapter(ROUTER, config);
            model.setAdapter(ROUTER);
            return model;
        } catch (IOException | RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Loads one more expert, as the next {@code task_N}, and makes the router again over all of
     * them. If that fails, the model is as it was. The router must not be in use meanwhile.
     *
     * @param folder a LoRA adapter of the rank and the layers of the others
     * @return the name of the expert
     * @throws IOException if a file is missing or broken
     * @throws IllegalArgumentException if the model has no router, or the adapter does not fit
     */
    public static String addExpert(PeftModel model, Path folder) throws IOException {
        LoraConfig old = routerOf(model);
        ArrowConfig settings = old.arrowConfig().orElseThrow();
        Activation active = model.activation();
        String name = nextName(model);
        List<String> experts = new ArrayList<>(settings.taskAdapterNames());
        experts.add(name);
        model.deleteAdapter(ROUTER);
        LoraConfig config = old;
        boolean joined = false;
        try {
            model.loadAdapter(folder, name);
            config = router(model, settings.withAdapters(experts, settings.gksAdapterNames()));
            joined = true;
        } finally {
            if (!joined && model.peftConfig().containsKey(name)) {
                model.deleteAdapter(name);
            }
            model.addAdapter(ROUTER, config);
            model.setActivation(active);
        }
        return name;
    }

    private static LoraConfig routerOf(PeftModel model) {
        PeftConfig config = model.peftConfig().get(ROUTER);
        Preconditions.checkArgument(
                config instanceof LoraConfig lora && lora.arrowConfig().isPresent(),
                "The model has no router called %s, but %s. Make the model with createArrowModel.",
                ROUTER,
                model.peftConfig().keySet());
        return (LoraConfig) config;
    }

    private static String nextName(PeftModel model) {
        int number = 0;
        while (model.peftConfig().containsKey(TASK + number)) {
            number++;
        }
        return TASK + number;
    }

    private static void load(PeftModel model, List<Path> folders, String prefix, List<String> names)
            throws IOException {
        for (int i = names.size(); i < folders.size(); i++) {
            model.loadAdapter(folders.get(i), prefix + i);
            names.add(prefix + i);
        }
    }

    /** A config for the layers and the rank that all adapters have. */
    private static LoraConfig router(PeftModel model, ArrowConfig settings) {
        LoraConfig first = null;
        Set<String> layers = Set.of();
        List<String> names = new ArrayList<>(settings.taskAdapterNames());
        names.addAll(settings.gksAdapterNames());
        for (String name : names) {
            PeftConfig config = model.peftConfig().get(name);
            Preconditions.checkArgument(
                    config instanceof LoraConfig,
                    "Adapter '%s' is %s, and Arrow routes to LoRA adapters. Leave it out.",
                    name,
                    config == null ? "unknown" : config.peftType());
            LoraConfig lora = (LoraConfig) config;
            Set<String> own = new TreeSet<>(model.adapter(name).layers().keySet());
            if (first == null) {
                first = lora;
                layers = own;
            }
            Preconditions.checkArgument(
                    lora.r() == first.r() && own.equals(layers),
                    "Adapter '%s' has rank %s at %s layers, and '%s' has rank %s at %s layers; Arrow"
                            + " routes to adapters of one rank at the same layers. Leave it out.",
                    name,
                    lora.r(),
                    own.size(),
                    names.get(0),
                    first.r(),
                    layers.size());
        }
        Preconditions.checkState(first != null, "There is no expert.");
        return LoraConfig.builder()
                .optR(first.r())
                .optTargetModules(layers.toArray(String[]::new))
                .optArrowConfig(settings)
                .build();
    }
}
