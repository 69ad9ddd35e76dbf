using System.Collections.Immutable;
using Maily.Deploy.Images.Dockerfiles;
using Microsoft.Extensions.Logging;

namespace Maily.Deploy.Images.Bases;

/// <summary>Finds out what the images are that Dockerfiles build on: the registry's digest, else the engine's. Each name is looked up once.</summary>
sealed class BaseImages(ImageSettings settings, TimeProvider time, ILogger log)
{
    readonly Once<string, string> known = new(StringComparer.Ordinal);

    /// <summary>
    /// For each base its digest, by its name; <c>local </c> and the engine's id for one that no registry serves. One that is named by
    /// digest stands for itself.
    /// </summary>
    /// <exception cref="BaseImageMissingException">Neither a registry nor the engine has it.</exception>
    public async Task<ImmutableSortedDictionary<string, string>> ResolveAsync(ImageSpec image, IEnumerable<BaseReference> bases, CancellationToken cancellation)
    {
        var found = await Task.WhenAll(bases.DistinctBy(reference => reference.Name).Select(async reference => KeyValuePair.Create(
            reference.Name, await known.GetAsync(reference.Name, token => FindAsync(image, reference, token), cancellation))));
        return found.ToImmutableSortedDictionary(StringComparer.Ordinal);
    }

    /// <summary>What to write in place of each base: its name by digest. One that only the engine has keeps its name.</summary>
    public static IReadOnlyDictionary<string, string> Pinned(IReadOnlyDictionary<string, string> digests) => digests
        .Where(pair => pair.Value.StartsWith("sha256:", StringComparison.Ordinal) && ImageName.Parse(pair.Key) is { Digest: null })
        .ToImmutableDictionary(pair => pair.Key, pair => ImageName.Parse(pair.Key)!.By(pair.Value));

    async Task<string> FindAsync(ImageSpec image, BaseReference reference, CancellationToken cancellation)
    {
        if (ImageName.Parse(reference.Name) is not { } name)
            throw new BaseImageMissingException(image, reference, reference.Name.Length == 0 ? $"{reference.Token} has no value." : "That is no name of an image.");
        if (name.Digest is { } pinned)
            return pinned;
        var (served, answer) = await ServedAsync(name, cancellation);
        if (served is not null)
            return served;
        var (had, engine) = await HadAsync(reference.Name, name, cancellation);
        if (had is not null)
            log.LogWarning("{Base} of {Image} is taken as the engine has it: {Registry}", reference.Name, image.Name, answer);
        return had ?? throw new BaseImageMissingException(image, reference, $"{answer} {engine}");
    }

    async Task<(string? Digest, string Answer)> ServedAsync(ImageName name, CancellationToken cancellation)
    {
        try
        {
            using var registry = new RegistryReader(settings.For(name.Address), time);
            return (await registry.FindDigestAsync(name.Repository, name.Tag!, cancellation), $"The registry {name.Registry} does not serve it.");
        }
        catch (RegistryException failed)
        {
            return (null, failed.Fact);
        }
    }

    async Task<(string? Digest, string Answer)> HadAsync(string text, ImageName name, CancellationToken cancellation)
    {
        try
        {
            using var engine = new EngineReader(settings);
            var image = await engine.CallAsync(client => client.Images.InspectImageAsync(text, cancellation));
            var digest = (image.RepoDigests ?? []).Select(ImageName.Parse).FirstOrDefault(known => known?.IsOfRepository(name) == true)?.Digest;
            return (digest ?? $"local {image.ID}", "");
        }
        catch (EngineRefusedException)
        {
            return (null, "The engine does not have it.");
        }
        catch (EngineUnreachableException unreachable)
        {
            return (null, unreachable.Fact);
        }
    }
}

/// <summary>An image is to be built on one that cannot be had.</summary>
public sealed class BaseImageMissingException(ImageSpec image, BaseReference reference, string why)
    : DeployException($"The image {image.Name} is built on {(reference.Name.Length == 0 ? reference.Token : reference.Name)}, which cannot be had.",
        $"Correct line {reference.Line} of {Path.Combine(image.Context, image.Dockerfile)}, or its build arguments; push the base, or log in where it lies.", why)
{
    /// <summary>The base as the Dockerfile names it, with variables filled in.</summary>
    public string Base { get; } = reference.Name;

    /// <summary>The line of the Dockerfile, counted from 1.</summary>
    public int Line { get; } = reference.Line;

    /// <inheritdoc/>
    public override FailureKind Kind => FailureKind.Refused;
}
