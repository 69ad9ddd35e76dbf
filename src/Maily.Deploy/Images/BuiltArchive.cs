using Maily.Deploy.Deployments;

namespace Maily.Deploy.Images;

/// <summary>Where a deployment keeps an image that was built outside of the engine until it is pushed: a folder in OCI's layout.</summary>
static class BuiltArchive
{
    /// <summary>The folder's full path.</summary>
    public static string PathOf(DeploymentContext context, ImageBuild build) => Path.Combine(context.Folder, "images", $"{build.Image.Name}-{build.ContentTag}");

    /// <summary>The folder, or null where it is not there.</summary>
    public static string? Find(DeploymentContext context, ImageBuild build) => PathOf(context, build) is var path && Directory.Exists(path) ? path : null;
}
