using System.Reflection;
using Maily.Deploy.Deployments.Steps;
using Maily.Deploy.Postgres;
using Maily.Deploy.Vercel;

namespace Maily.Deploy.Tests.Conventions;

/// <summary>Whatever can change a far side asks for a step's permit, and permits come from nowhere else.</summary>
public sealed class PermitTests
{
    const BindingFlags Everything = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    static readonly Type[] Rights = [typeof(ChangePermit), typeof(StepContext)];

    static readonly Type[] Types = typeof(DeployException).Assembly.GetTypes();

    static readonly Type[] Writers = [.. Types.Where(type => type.Name.EndsWith("Writer", StringComparison.Ordinal))];

    [Fact]
    public void There_is_a_writer_for_each_far_side_that_is_changed() =>
        Writers.Select(type => type.Name).Order(StringComparer.Ordinal).ShouldBe(["ApplicationWriter", "BuildxWriter", "ClusterWriter", "DatabaseWriter", "EngineWriter", "ManifestsRepositoryWriter", "RegistryWriter", "VercelWriter"]);

    [Fact]
    public void Nobody_makes_a_writer_without_a_permit() =>
        Writers.SelectMany(type => type.GetConstructors(Everything)).Where(constructor => !constructor.IsStatic).Cast<MethodBase>()
            .Concat(Types.SelectMany(type => type.GetMethods(Everything)).Where(method => Writers.Contains(method.ReturnType) && !method.IsSpecialName))
            .Where(maker => !maker.GetParameters().Any(parameter => Rights.Contains(parameter.ParameterType)))
            .Select(maker => $"{maker.DeclaringType!.Name}.{maker.Name}").ShouldBeEmpty();

    [Fact]
    public void A_permit_is_seen_outside_on_what_was_opened_with_it_only() =>
        Types.Where(type => type.IsVisible).SelectMany(type => type.GetMethods(Everything).Where(method => method.IsPublic || method.IsFamily))
            .Where(method => Rights.Contains(method.ReturnType)).Select(method => $"{method.DeclaringType!.Name}.{method.Name}")
            .Order(StringComparer.Ordinal).ShouldBe(["DatabaseWriter.get_Permit", "StepContext.get_Permit"]);

    [Fact]
    public void No_permit_is_no_permit()
    {
        using var http = new HttpClient();
        Should.Throw<ArgumentNullException>(() => new DatabaseWriter(new() { Host = "h", Name = "n", User = "u", Password = new("p") }, null!));
        Should.Throw<ArgumentNullException>(() => new VercelWriter(null!, new() { Token = new("t"), OrgId = "o", ProjectId = "p" }, http, TimeProvider.System));
    }

    [Fact]
    public void A_permit_has_no_constructor_for_others() =>
        Rights.SelectMany(type => type.GetConstructors(Everything)).Where(constructor => !constructor.IsStatic).ShouldAllBe(constructor => constructor.IsAssembly);
}
