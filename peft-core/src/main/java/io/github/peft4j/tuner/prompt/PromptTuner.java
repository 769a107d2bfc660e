package io.github.peft4j.tuner.prompt;

import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.BaseModel;
import io.github.peft4j.adapter.ModelAdapter;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.adapter.set.AdapterSetBuilder;
import io.github.peft4j.config.ConfigType;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.engine.Engines;
import io.github.peft4j.matching.TargetModules;
import io.github.peft4j.model.LayerSite;
import io.github.peft4j.tuner.CreateRequest;
import io.github.peft4j.tuner.CreatedAdapter;
import io.github.peft4j.tuner.ModulesToSave;
import io.github.peft4j.tuner.Tuner;
import io.github.peft4j.tuner.prompt.config.PromptConfig;
import java.util.List;

/**
 * A method that puts virtual tokens in front of a text: completes the config by the model's, makes
 * the adapter, and copies the heads that are trained with it.
 *
 * @param <C> the method's config
 */
public abstract class PromptTuner<C extends PromptConfig> implements Tuner<C> {

    /** What PEFT puts before a base module's name in the file of a prompt. */
    private static final String KEY_PREFIX = "base_model.";

    private final ConfigType<C> configs;

    /**
     * For the tuners of the methods.
     *
     * @param configs the table of the method's options
     */
    protected PromptTuner(ConfigType<C> configs) {
        this.configs = configs;
    }

    @Override
    public final ConfigType<C> configType() {
        return configs;
    }

    /** The config with everything filled in that the model decides. */
    protected PromptConfig complete(C config, ModelDimensions model, TaskType task) {
        return model.fill(config, task);
    }

    /** Makes what gives the virtual tokens of a call. */
    protected abstract PromptRows rows(C config, NewPrompt prompt);

    /** The adapter: before the text of one stack, or before the encoder's. */
    protected ModelAdapter adapter(C config, PromptSite site, PromptRows rows) {
        return before(site, rows);
    }

    static ModelAdapter before(PromptSite site, PromptRows rows) {
        return site.task() == TaskType.SEQ_2_SEQ_LM
                ? new EncoderPromptAdapter(site, rows)
                : new TextPromptAdapter(site, rows);
    }

    /** What is odd but allowed. */
    protected List<String> warnings(C config) {
        return ImmutableList.of();
    }

    @Override
    public final CreatedAdapter<C> attach(CreateRequest<C> request) {
        BaseModel model = request.model();
        TaskType task = requireTask(request.config());
        PromptConfig completed = complete(request.config(), ModelDimensions.of(model.info()), task);
        C config = configs.configClass().cast(completed.withEncoderSize());
        PromptShape shape = PromptShape.of(config);
        PromptSite site = new PromptSite(model, task, WordEmbedding.of(model), shape);
        NDManager manager = Engines.newManager(model.device());
        manager.setName("peft adapter");
        try {
            AdapterSetBuilder set = AdapterSet.builder(manager);
            PromptRows rows = rows(config, new NewPrompt(set, site));
            set.optModelAdapter("", adapter(config, site, rows));
            rows.fileTensors().forEach(set::addFileTensor);
            List<String> paths = model.sites().stream().map(LayerSite::path).toList();
            List<String> heads = TargetModules.pathsToSave(config.modulesToSave(), paths);
            new ModulesToSave(set, model, KEY_PREFIX, heads).addCopies();
            return new CreatedAdapter<>(config, set.build(), allWarnings(config, shape));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private TaskType requireTask(C config) {
        return config.taskType()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        type()
                                                + " with num_virtual_tokens "
                                                + config.numVirtualTokens().orElse(null)
                                                + " has no task_type, which decides what virtual"
                                                + " tokens do to a call. Set task_type"
                                                + " (optTaskType)."));
    }

    private ImmutableList<String> allWarnings(C config, PromptShape shape) {
        ImmutableList.Builder<String> all = ImmutableList.builder();
        all.addAll(warnings(config));
        if (shape.tokens() == 0) {
            all.add("num_virtual_tokens is 0, so " + type() + " changes nothing. Give at least 1.");
        }
        return all.build();
    }
}
