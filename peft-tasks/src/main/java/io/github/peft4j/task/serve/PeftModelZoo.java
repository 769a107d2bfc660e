package io.github.peft4j.task.serve;

import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import ai.djl.repository.zoo.ModelZoo;
import com.google.common.collect.ImmutableSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * A checkpoint directory as DJL loads models. In a {@code Criteria} it stands where {@code
 * optModelPath} would, and the arguments say the rest:
 *
 * <pre>{@code
 * Criteria<String, Classifications> criteria =
 *         Criteria.builder()
 *                 .setTypes(String.class, Classifications.class)
 *                 .optModelZoo(new PeftModelZoo(checkpoint))
 *                 .optArgument("task", "SEQ_CLS")
 *                 .optArgument("adapter", adapter)
 *                 .build();
 * try (ZooModel<String, Classifications> model = criteria.loadModel();
 *         Predictor<String, Classifications> predictor = model.newPredictor()) {
 *     predictor.predict("A fine film.").best();
 * }
 * }</pre>
 *
 * <p>Arguments, all of them optional:
 *
 * <ul>
 *   <li>{@code adapter}: a directory, or several as {@code name=directory,name=directory} or a
 *       {@code Map}, of which the first is active; relative ones are looked for in the checkpoint
 *       first. Without, the bare checkpoint is served.
 *   <li>{@code task}: a name of {@link io.github.peft4j.config.TaskType}; without, the first
 *       adapter's.
 *   <li>{@code merge}: whether the active adapter is merged into the weights: faster, and no
 *       switching of adapters.
 *   <li>{@code labels}: names of the labels, if neither the adapter's folder nor config.json has
 *       them.
 *   <li>{@code freshHead}: whether a head that neither checkpoint nor adapter brings may answer at
 *       random; default false.
 *   <li>those of a task, see {@link PeftTranslatorFactory}.
 * </ul>
 *
 * <p>{@code optTranslator} and {@code optTranslatorFactory} replace the task's own translator.
 * Predictors of one model may run in any number of threads. Closing the {@code ZooModel} frees
 * checkpoint, adapters and tokenizer.
 */
public final class PeftModelZoo extends ModelZoo {

    private static final String GROUP_ID = "io.github.peft4j";

    /**
     * A zoo of one model.
     *
     * @param checkpoint config.json, *.safetensors and tokenizer.json
     * @throws IllegalArgumentException if there is no such directory
     */
    public PeftModelZoo(Path checkpoint) {
        if (!Files.isDirectory(checkpoint)) {
            throw new IllegalArgumentException(
                    "There is no directory '%s'. Name a checkpoint's, with config.json in it."
                            .formatted(checkpoint));
        }
        Repository files = Repository.newInstance("checkpoint", checkpoint.toAbsolutePath());
        for (MRL model : files.getResources()) {
            addModel(new PeftModelLoader(model));
        }
    }

    @Override
    public String getGroupId() {
        return GROUP_ID;
    }

    @Override
    public Set<String> getSupportedEngines() {
        return ImmutableSet.of(PeftModelLoader.ENGINE);
    }
}
