using Docker.DotNet.Models;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Images.Dockerfiles;
using Maily.Deploy.Images.Progress;

namespace Maily.Deploy.Images;

/// <summary>Builds and pushes images by the engine itself; only a step's permit opens it.</summary>
sealed class EngineWriter(ImageSettings settings, ChangePermit permit) : IDisposable
{
    readonly EngineReader engine = new(settings);

    /// <summary>Builds the image and gives it its content tag.</summary>
    /// <exception cref="ImageBuildException">An instruction failed.</exception>
    /// <exception cref="SeveralPlatformsException">It is declared for several platforms.</exception>
    public Task BuildAsync(ImageBuild build, ImageOrigin origin, ImageProgress progress, CancellationToken cancellation) =>
        permit.BoundAsync(token => SendBuildAsync(build, origin, new BuildLog(progress), token), cancellation);

    /// <summary>Pushes the image's content tag and gives the digest that the registry answered.</summary>
    /// <exception cref="ImagePushException">The registry or the engine refused it, or the connection was lost.</exception>
    public Task<string> PushAsync(ImageBuild build, ImageProgress progress, CancellationToken cancellation) =>
        permit.BoundAsync(token => SendPushAsync(build, new BuildLog(progress), token), cancellation);

    /// <inheritdoc/>
    public void Dispose() => engine.Dispose();

    async Task SendBuildAsync(ImageBuild build, ImageOrigin origin, BuildLog log, CancellationToken cancellation)
    {
        if (build.Image.Platforms.Length > 1)
            throw new SeveralPlatformsException(build.Image);
        var files = await BuildFiles.ReadAsync(build, cancellation);
        var parameters = new ImageBuildParameters
        {
            Tags = [build.Reference], Dockerfile = build.Image.Dockerfile.Replace('\\', '/'), Remove = true, ForceRemove = true,
            Platform = build.Image.Platforms.FirstOrDefault(),
            BuildArgs = new Dictionary<string, string>(BuildFiles.ArgumentsOf(build, origin), StringComparer.Ordinal),
            Labels = new Dictionary<string, string>(origin.Labels, StringComparer.Ordinal) { [EngineReader.ContentLabel] = build.ContentTag },
        };
        try
        {
            await files.SendAsync(contents => engine.CallAsync(async client =>
            {
                await client.Images.BuildImageFromDockerfileAsync(parameters, contents, Logins(), new Dictionary<string, string>(StringComparer.Ordinal), log, cancellation);
                return true;
            }), cancellation);
        }
        catch (EngineRefusedException refused)
        {
            // A Dockerfile that cannot be read is refused at once, before any instruction.
            throw Failure(build, files.Dockerfile, log, refused.Evidence ?? refused.Fact);
        }

        if (log.Error is { } error)
            throw Failure(build, files.Dockerfile, log, error);
    }

    static ImageBuildException Failure(ImageBuild build, Dockerfile dockerfile, BuildLog log, string error) => new(
        build.Image.Name, log.Instruction, error, log.Tail, Path.Combine(build.Image.Context, build.Image.Dockerfile), dockerfile.StepOf(log.Step)?.Line ?? ImageBuildException.LineIn(error));

    async Task<string> SendPushAsync(ImageBuild build, BuildLog log, CancellationToken cancellation)
    {
        await engine.CallAsync(async client =>
        {
            await client.Images.PushImageAsync(build.Repository, new ImagePushParameters { Tag = build.ContentTag }, Login(), log, cancellation);
            return true;
        });
        return log is { Error: null, Digest: { } digest } ? digest : throw new ImagePushException(build.Reference, log.Error ?? "The engine named no digest.", log.Tail);
    }

    AuthConfig Login() => settings.Password is { } password
        ? new AuthConfig { Username = settings.User, Password = password.Reveal(), ServerAddress = settings.Registry.Host }
        : new AuthConfig();

    AuthConfig[] Logins() => settings.Password is null ? [] : [Login()];
}
