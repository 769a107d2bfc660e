package io.github.peft4j.task.serve;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.repository.MRL;
import ai.djl.repository.zoo.BaseModelLoader;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import io.github.peft4j.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** DJL's loader with a block and a translator of this library. */
final class PeftModelLoader extends BaseModelLoader {

    static final String ENGINE = Engines.PYTORCH;

    PeftModelLoader(MRL mrl) {
        super(mrl);
    }

    @Override
    public <I, O> ZooModel<I, O> loadModel(Criteria<I, O> criteria)
            throws IOException, ModelNotFoundException, MalformedModelException {
        Map<String, String> options = new HashMap<>();
        if (criteria.getOptions() != null) {
            options.putAll(criteria.getOptions());
        }
        options.put("hasParameter", "false"); // the block comes with its weights
        Criteria<I, O> own = criteria.toBuilder().optOptions(options).build();
        Loading loading = new Loading(mrl);
        try {
            return loading.loadModel(own);
        } catch (IOException
                | ModelNotFoundException
                | MalformedModelException
                | RuntimeException e) {
            loading.close();
            throw e;
        }
    }

    /** One call of DJL's loader, which leaves its model open where it fails. */
    private static final class Loading extends BaseModelLoader implements AutoCloseable {

        private @Nullable Model made;

        Loading(MRL mrl) {
            super(mrl);
            defaultFactory = new PeftTranslatorFactory();
        }

        @Override
        protected Model createModel(
                Path modelPath,
                String name,
                @Nullable Device device,
                @Nullable Block block,
                Map<String, Object> arguments,
                @Nullable String engine)
                throws IOException {
            if (block != null) {
                throw new IllegalArgumentException(
                        "The criteria have a block, but a PeftModelZoo makes its own. Leave optBlock"
                                + " out.");
            }
            Model model = Model.newInstance(name, device, engine == null ? ENGINE : engine);
            made = model;
            model.setBlock(new PeftBlockFactory().newBlock(model, modelPath, arguments));
            arguments.forEach((key, value) -> model.setProperty(key, value.toString()));
            return model;
        }

        @Override
        public void close() {
            if (made != null) {
                made.close();
            }
        }
    }
}
