using System.Reflection;

namespace Maily.Deploy.Rehearsals.Kubernetes;

/// <summary>Both sides are held to the same cases, and to all of them.</summary>
public sealed class ContractParityTests
{
    static readonly Type[] Contracts = [.. typeof(ClusterContract).Assembly.GetTypes().Where(type => type.IsAbstract && type.BaseType == typeof(ClusterContract))];

    [Fact]
    public void Each_part_of_the_contract_is_run_by_both_sides()
    {
        Contracts.Length.ShouldBeGreaterThanOrEqualTo(9);
        foreach (var contract in Contracts)
            Sides(contract).Select(side => side.GetConstructors().Single().GetParameters().Single().ParameterType)
                .ShouldBe([typeof(EmbeddedFixture), typeof(RealFixture)], ignoreOrder: true, contract.Name);
    }

    [Fact]
    public void Both_sides_run_the_same_number_of_cases()
    {
        foreach (var contract in Contracts)
        {
            var cases = Sides(contract).Select(Cases).ToList();
            cases[0].ShouldBe(cases[1], contract.Name);
            cases[0].ShouldBePositive();
        }
    }

    [Fact]
    public void No_case_is_switched_off() => Contracts.SelectMany(contract => contract.GetMethods())
        .Select(method => method.GetCustomAttribute<FactAttribute>()).OfType<FactAttribute>()
        .ShouldAllBe(fact => fact.Skip == null && fact.SkipWhen == null && fact.SkipUnless == null && !fact.Explicit);

    static IEnumerable<Type> Sides(Type contract) => contract.Assembly.GetTypes().Where(type => type.BaseType == contract);

    static int Cases(Type side) => side.GetMethods().Sum(method => method.GetCustomAttribute<FactAttribute>() switch
    {
        null => 0,
        TheoryAttribute => method.GetCustomAttributes<InlineDataAttribute>().Count(),
        _ => 1,
    });
}
