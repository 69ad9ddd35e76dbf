using System.Collections.Immutable;
using Maily.Deploy.Validation;

namespace Maily.Deploy.Images;

/// <summary>What must be right before images are built, pushed or looked up.</summary>
public static class ImageChecks
{
    /// <summary>The checks: the engine and the registry answer, and every image can be built from its folder.</summary>
    public static IEnumerable<Check> For(ImmutableArray<ImageSpec> images, ImageSettings settings, TimeProvider time) =>
    [
        new("Images", "container engine", cancellation => EngineAsync(settings, cancellation)) { Stages = ["BuildImages", "PushImages"] },
        new("Images", "registry", cancellation => RegistryAsync(settings, time, cancellation)) { Stages = ["BuildImages", "PushImages", "DeployK8s"] },
        .. images.Select(image => new Check("Images", image.Name, _ => Task.FromResult(Files(image))) { Stages = ["BuildImages", "PushImages"] }),
    ];

    static async Task<CheckResult> EngineAsync(ImageSettings settings, CancellationToken cancellation)
    {
        using var engine = new EngineReader(settings);
        return CheckResult.Pass($"engine {await engine.VersionAsync(cancellation)} answers");
    }

    static async Task<CheckResult> RegistryAsync(ImageSettings settings, TimeProvider time, CancellationToken cancellation)
    {
        using var registry = new RegistryReader(settings, time);
        await registry.PingAsync(cancellation);
        return CheckResult.Pass($"{settings.Registry} answers");
    }

    static CheckResult Files(ImageSpec image) => CheckResult.Pass($"{BuildContext.Of(image).Entries.Length} files to build from");
}
