using System.IO.Pipelines;
using Docker.DotNet.Models;
using Maily.Deploy.Deployments.Steps;

namespace Maily.Deploy.Images;

/// <summary>Builds and pushes images; only a step's permit opens it.</summary>
sealed class EngineWriter(ImageSettings settings, ChangePermit permit) : IDisposable
{
    readonly EngineReader engine = new(settings);

    /// <summary>Builds the image and gives it its content tag.</summary>
    /// <exception cref="ImageBuildException">An instruction failed.</exception>
    public Task BuildAsync(ImageBuild build, Action<string> onLine, CancellationToken cancellation) =>
        permit.BoundAsync(token => SendBuildAsync(build, onLine, token), cancellation);

    /// <summary>Pushes the image's content tag and gives the digest that the registry answered.</summary>
    /// <exception cref="ImagePushException">The registry or the engine refused it, or the connection was lost.</exception>
    public Task<string> PushAsync(ImageBuild build, Action<string> onLine, CancellationToken cancellation) =>
        permit.BoundAsync(token => SendPushAsync(build, onLine, token), cancellation);

    /// <inheritdoc/>
    public void Dispose() => engine.Dispose();

    async Task SendBuildAsync(ImageBuild build, Action<string> onLine, CancellationToken cancellation)
    {
        var log = new BuildLog(onLine);
        var parameters = new ImageBuildParameters
        {
            Tags = [build.Reference], Dockerfile = build.Image.Dockerfile.Replace('\\', '/'), Remove = true, ForceRemove = true,
            BuildArgs = new Dictionary<string, string>(build.Arguments, StringComparer.Ordinal),
            Labels = new Dictionary<string, string>(build.Labels, StringComparer.Ordinal),
        };
        try
        {
            await SendAsync(BuildContext.Of(build.Image), contents => engine.CallAsync(async client =>
            {
                await client.Images.BuildImageFromDockerfileAsync(parameters, contents, Logins(), new Dictionary<string, string>(StringComparer.Ordinal), log, cancellation);
                return true;
            }), cancellation);
        }
        catch (EngineRefusedException refused)
        {
            // A Dockerfile that cannot be read is refused at once, before any instruction.
            throw new ImageBuildException(build.Image.Name, log.Instruction, refused.Evidence ?? refused.Fact, log.Tail);
        }

        if (log.Error is { } error)
            throw new ImageBuildException(build.Image.Name, log.Instruction, error, log.Tail);
    }

    async Task<string> SendPushAsync(ImageBuild build, Action<string> onLine, CancellationToken cancellation)
    {
        var log = new BuildLog(onLine);
        await engine.CallAsync(async client =>
        {
            await client.Images.PushImageAsync(build.Repository, new ImagePushParameters { Tag = build.ContentTag }, Login(), log, cancellation);
            return true;
        });
        return log is { Error: null, Digest: { } digest } ? digest : throw new ImagePushException(build.Reference, log.Error ?? "The engine named no digest.", log.Tail);
    }

    // The archive is written while the engine reads it, so that its size does not matter.
    static async Task SendAsync(BuildContext context, Func<Stream, Task> send, CancellationToken cancellation)
    {
        var pipe = new Pipe();
        var writing = WriteAsync(context, pipe.Writer, cancellation);
        try
        {
            await using var contents = pipe.Reader.AsStream();
            await send(contents);
        }
        finally
        {
            // An engine that stops reading ends the writing too.
            await pipe.Reader.CompleteAsync();
            await writing;
        }
    }

    static async Task WriteAsync(BuildContext context, PipeWriter writer, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            await using var stream = writer.AsStream(leaveOpen: true);
            await context.WriteTarAsync(stream, cancellation);
        }
        catch (Exception exception)
        {
            // Goes to the reader, whose request then fails with it.
            failure = exception;
        }

        await writer.CompleteAsync(failure);
    }

    AuthConfig Login() => settings.Password is { } password
        ? new AuthConfig { Username = settings.User, Password = password.Reveal(), ServerAddress = settings.Registry.Host }
        : new AuthConfig();

    AuthConfig[] Logins() => settings.Password is null ? [] : [Login()];
}

/// <summary>An image does not build.</summary>
public sealed class ImageBuildException(string image, string? instruction, string error, string lastLines)
    : DeployException($"The image {image} does not build: {error.Trim()}", $"Correct the Dockerfile of {image}{(instruction is null ? "" : $" at `{instruction}`")}, or what it uses.",
        string.Join(Environment.NewLine, new[] { instruction, lastLines }.Where(text => !string.IsNullOrEmpty(text))))
{
    /// <summary>The image's name.</summary>
    public string Image { get; } = image;

    /// <summary>The instruction that failed, as the engine prints it; null when none was begun.</summary>
    public string? Instruction { get; } = instruction;
}

/// <summary>An image could not be pushed.</summary>
public sealed class ImagePushException(string reference, string error, string lastLines)
    : DeployException($"{reference} could not be pushed: {error}", "Check MAILY_REGISTRY, REGISTRY_USER and REGISTRY_PASSWORD, and that the registry answers; then run `./build.sh PushImages` again.", lastLines)
{
    /// <summary>The image's name and tag.</summary>
    public string Reference { get; } = reference;

    /// <summary>Whether trying again may help: not when the registry refused the login or the name.</summary>
    public bool IsTransient { get; } = !Permanent.Any(word => error.Contains(word, StringComparison.OrdinalIgnoreCase));

    static string[] Permanent => ["unauthorized", "denied", "authentication required", "does not exist", "invalid reference"];
}
