package io.github.peft4j.tuner.lora.calibrate;

/** Is told how far a calibration is. */
@FunctionalInterface
public interface CalibrationListener {

    /**
     * A batch was seen, or a layer computed.
     *
     * @param what what is being done, as a caption for people: "layers converged", "covariances"
     * @param done how much of it
     * @param total of how much
     */
    void onProgress(String what, long done, long total);
}
