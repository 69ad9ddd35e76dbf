namespace Maily.Deploy.SmokeTests;

/// <summary>What a probe saw.</summary>
/// <param name="Passed">Whether it was as expected.</param>
/// <param name="Fact">What was seen, in a few words.</param>
/// <param name="Evidence">The beginning of the body, or the error; null where there is nothing to show.</param>
public sealed record ProbeResult(bool Passed, string Fact, string? Evidence = null)
{
    /// <summary>As expected.</summary>
    public static ProbeResult Pass(string fact) => new(Passed: true, fact);

    /// <summary>Otherwise than expected.</summary>
    public static ProbeResult Fail(string fact, string? evidence = null) => new(Passed: false, fact, evidence);
}

/// <summary>A probe did not see what it expects, in all tries.</summary>
public sealed class ProbeFailedException(string probe, ProbeResult last, TimeSpan during)
    : DeployException($"Probe {probe} failed for {during.TotalSeconds:0.#} s: {last.Fact}.",
        $"Look at what {probe} asks; if the probe itself is wrong, correct it where the pipeline is composed.", last.Evidence)
{
    /// <summary>The probe's name.</summary>
    public string Probe { get; } = probe;

    /// <summary>What it saw last.</summary>
    public ProbeResult Last { get; } = last;
}
