package io.github.peft4j.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.io.file.AtomicFiles;
import io.github.peft4j.store.LoadReport;
import io.github.peft4j.testkit.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SidecarFileTest {

    private static final LoadReport NOTHING = LoadReport.ofNew(ImmutableList.of());

    private static AdapterSet set(NDManager manager, double... numbers) {
        Parameter state = Tensors.parameter(manager, false, new Shape(2), numbers);
        return AdapterSet.builder(manager).addLocalState("averages", state).build();
    }

    @ParameterizedTest
    @ValueSource(strings = {"adapter_model.local.safetensors", "adapter_model.beside.safetensors"})
    void readsTheFileUnderItsNameAndItsOldOne(String name, @TempDir Path folder)
            throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            AtomicFiles.write(folder.resolve(name), SidecarFile.content(set(manager, 3, 4)));
            AdapterSet fresh = set(manager, 0, 0);

            SidecarFile sidecar = SidecarFile.read(folder, fresh, manager);
            LoadReport report = sidecar.addTo(NOTHING);
            sidecar.apply();

            assertThat(report.missingKeys()).isEmpty();
            assertThat(fresh.localState().get("averages").getArray().toFloatArray())
                    .containsExactly(3, 4);
        }
    }

    @Test
    void prefersTheNewName(@TempDir Path folder) throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            Path old = folder.resolve("adapter_model.beside.safetensors");
            AtomicFiles.write(old, SidecarFile.content(set(manager, 1, 1)));
            AtomicFiles.write(
                    folder.resolve(SidecarFile.NAME), SidecarFile.content(set(manager, 3, 4)));
            AdapterSet fresh = set(manager, 0, 0);

            SidecarFile.read(folder, fresh, manager).apply();

            assertThat(fresh.localState().get("averages").getArray().toFloatArray())
                    .containsExactly(3, 4);
            assertThat(Files.exists(old)).isTrue();
        }
    }
}
