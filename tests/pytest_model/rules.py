"""Every rule of pytest, pytest-django, pytest-asyncio, anyio and pytest-trio that the model has, each with the cases in
which the real pytest is asked about it.

A case is `PROJECT::FILE` or `PROJECT::FILE::TEST` of `projects` (collected and run, each project in two of the seven
styles of configuration), or `layouts::NAME` of those in `tests/workspace`, where pytest's own configuration is asked. A
test that pytest must leave out is a case as well as one that it must collect. `test_rules` holds the list against the
projects. What only running could tell stands in `KNOWN_TO_A_RUN`.
"""

from __future__ import annotations

RULES: dict[str, tuple[str, ...]] = {
    # --- A1, configuration --------------------------------------------------------------------------------------------
    "A1 the names of configuration files are tried in one order, per folder": (
        "layouts::pytest.toml before pytest.ini",
        "layouts::[pytest] in setup.cfg beside pytest.ini",
        "layouts::broken TOML beside pytest.ini",
    ),
    "A1 pytest.ini and pytest.toml count even when they are empty": (
        "layouts::empty pytest.ini",
        "layouts::empty .pytest.toml",
        "layouts::pytest.ini without a section",
    ),
    "A1 pyproject.toml counts with options of its own, an empty [tool.pytest] does not": (
        "layouts::empty [tool.pytest]",
        "layouts::empty ini_options",
        "layouts::native TOML",
    ),
    "A1 tox.ini and setup.cfg count with their section": (
        "layouts::tox.ini",
        "layouts::tox.ini of something else",
        "layouts::setup.py above the working directory",
    ),
    "A1 both tables, or [pytest] in setup.cfg, are refused": (
        "layouts::both tables",
        "layouts::[pytest] in setup.cfg",
        "layouts::-c toml with both",
    ),
    "A1 -c names the file": ("layouts::-c ini", "layouts::-c toml", "layouts::-c null"),
    "A1 without a file: pyproject.toml, setup.py, each argument, the common folder": (
        "layouts::bare pyproject",
        "layouts::setup.py",
        "layouts::per argument, last resort",
        "layouts::nothing",
    ),
    "A1 the search begins at the common folder of the arguments: a file may have two configurations": (
        "layouts::nearest for a file",
        "layouts::common ancestor",
        "layouts::bare pyproject below a real one",
    ),
    "A1 native TOML is typed strictly": (
        "layouts::native TOML, addopts as string",
        "layouts::native TOML, bool as string",
        "layouts::native TOML, a number in a list",
    ),
    "A1 ini values are words of a shell, lines, or words for a truth": (
        "layouts::bool words",
        "layouts::open quote",
        "layouts::continuation with a comment",
    ),
    "A1 paths are relative to the file": ("layouts::paths above", "layouts::paths without a file"),
    "A1 addopts, the environment and the command line, the later wins": (
        "layouts::PYTEST_ADDOPTS",
        "layouts::-o in addopts and outside",
        "layouts::asyncio option over ini",
    ),
    "A1 -o inside addopts counts": (
        "layouts::-o in addopts",
        "layouts::-o in addopts, twice",
        "options::test_options.py::check_sync",
    ),
    "A1 options in addopts change plugins and modes": (
        "options::test_options.py::check_async",
        "fixture-tree::sub/deep/test_deep.py::test_b",
        "fixtures-again::test_uses.py::test_plugins",
    ),
    "A1 -p no:NAME blocks a plugin": (
        "blocked::test_blocked.py::test_nobody",
        "options::test_options.py::check_anyio_is_blocked",
        "no-django::test_plain.py::test_marked",
    ),
    "A1 confcutdir is the folder of the file; --noconftest": (
        "layouts::confcutdir",
        "layouts::rootdir",
        "no-conftest::sub/test_below.py::test_bare",
        "no-conftest::test_bare.py::test_bare",
    ),
    "A1 the settings module: option, environment, file": (
        "database::test_modes.py::test_mark",
        "database-again::test_again.py::test_mark",
    ),
    "A1 asyncio_mode, strict by default": (
        "async-strict::test_strict.py::test_unmarked",
        "async-auto::test_auto.py::test_unmarked",
        "layouts::asyncio auto",
    ),
    "A1 anyio_mode, by option or by file": (
        "anyio-auto::test_auto.py::test_unmarked",
        "plugin-marks::test_added.py::test_sync",
    ),
    "A1 trio_mode": ("trio-mode::test_trio.py::test_by_mode", "trio-mode::test_trio.py::TestX::test_in_class"),
    # --- A2, collection -----------------------------------------------------------------------------------------------
    "A2 files by python_files; tests.py is not among the defaults": (
        "collection::check_other.py::test_in_other",
        "collection::tests.py::test_not_by_default",
        "collection-again::calc_spec.py::it_works",
        "collection-again::plain.py::test_no",
    ),
    "A2 norecursedirs": (
        "ignored::norec/q/test_q.py::test_one",
        "collection-again::fixtures_data/test_data.py::test_no",
    ),
    "A2 collect_ignore and collect_ignore_glob, --ignore and --ignore-glob": (
        "ignored::a/test_ci.py::test_one",
        "ignored::a/test_glob_x.py::test_one",
        "ignored::a/b/test_b.py::test_one",
        "ignored::a/test_x_glob.py::test_one",
        "collection-again::legacy/test_legacy.py::test_no",
        "collection-again::a_old_spec.py::it_is_old",
        "collection-again::deep/test_gone.py::test_gone",
    ),
    "A2 functions by python_functions, a prefix or a glob": (
        "collection::test_functions.py::testfoo",
        "globs::check_a.py::it_check",
        "globs::check_a.py::test_no",
        "collection-again::calc_spec.py::works",
    ),
    "A2 __test__ of a function": (
        "collection::test_functions.py::test_flagged",
        "collection::test_functions.py::checked",
        "collection-again::calc_spec.py::it_is_off",
    ),
    "A2 a lambda and a partial are collected, an instance that can be called is not": (
        "classes::test_cls.py::test_lambda",
        "classes::test_cls.py::test_partial",
        "classes::test_cls.py::test_instance",
        "collection-again::test_shapes.py::test_partial",
        "collection-again::test_shapes.py::test_instance",
    ),
    "A2 a sync generator is an error": (
        "broken::test_yields.py::test_yields",
        "broken::test_yields_in_class.py::TestX::test_yields",
    ),
    "A2 static and class methods are collected": (
        "collection::test_classes.py::TestOrder::test_static",
        "collection::test_classes.py::TestOrder::test_class",
        "collection-again::test_shapes.py::TestBound::test_static",
        "collection-again::test_shapes.py::TestBound::test_class",
    ),
    "A2 classes by python_classes": (
        "globs::check_a.py::DbSuite::should_work",
        "globs::check_a.py::TestNot::should_not",
        "collection-again::calc_spec.py::CalcSpec::it_adds",
    ),
    "A2 __test__ of a class, inherited": (
        "collection::test_classes.py::TestOffToo::test_no",
        "collection::test_classes.py::Chosen::test_yes",
        "collection-again::test_shapes.py::TestSwitched::test_off",
    ),
    "A2 an abstract class is left out": (
        "collection::test_classes.py::TestAbstract::test_a",
        "collection-again::test_shapes.py::TestStillAbstract::test_no",
        "collection-again::test_shapes.py::TestFilledIn::test_yes",
    ),
    "A2 a class with a constructor is left out, an inherited or a made one too": (
        "collection::test_classes.py::TestWithInheritedInit::test_no",
        "collection::test_classes.py::TestData::test_no",
        "collection-again::test_shapes.py::TestConstructed::test_no",
        "collection-again::test_shapes.py::TestMadeNew::test_no",
    ),
    "A2 members of every class of the MRO, those of the bases first": (
        "collection::test_classes.py::TestDerived::test_own",
        "collection-again::test_shapes.py::TestDiamond::test_own",
        "marks::test_marks.py::TestMixed",
    ),
    "A2 nested classes": (
        "collection::test_classes.py::TestOrder::TestNested::TestDeeper::test_deep",
        "collection-again::test_shapes.py::TestOuter::TestInner::test_inner",
        "collection-again::calc_spec.py::CalcSpec::Inner::it_does_not",
    ),
    "A2 imported tests and classes are collected again, under the imported name": (
        "collection::helpers.py::test_imported",
        "collection::helpers.py::TestImported::test_in_imported",
        "odd::ns/deep/rel.py::test_rel",
        "odd::ns/up.py::TestUp::test_u",
    ),
    "A2 collect_imported_tests = false": (
        "collection-again::shared_cases.py::test_loose",
        "collection-again::shared_cases.py::TestShared::test_shared",
    ),
    "A2 unittest classes whatever their name, methods in the order of the alphabet": (
        "collection::test_unittest.py::Plain::test_b",
        "collection-again::test_shapes.py::lower_case_unit::testCamel",
    ),
    "A2 runTest only without any test method": (
        "collection::test_unittest.py::OnlyRun::runTest",
        "collection-again::test_shapes.py::RunsItself::runTest",
        "collection-again::test_shapes.py::HasBoth::test_only_this",
    ),
    "A2 __test__ of a unittest class, inherited until it is set again": (
        "collection::test_unittest.py::OffSub::test_b",
        "collection-again::test_shapes.py::TurnedOnAgain::test_more",
    ),
    "A2 an imported unittest base is collected too": (
        "odd::base_tests.py::BaseCase::test_inherited",
        "collection-again::shared_cases.py::BaseUnit::test_unit",
    ),
    "A2 parameters of a unittest method are no fixtures, nested classes no tests": (
        "collection::test_unittest.py::Django::TestNested::test_not_nested",
        "collection-again::test_shapes.py::lower_case_unit::TestNotInside::test_no",
    ),
    "A2 unittest's skips: of a class, of a method": (
        "skipped::test_skipped.py::Skipped::test_skipped",
        "skipped::test_skipped.py::SaysSo::test_says",
        "skipped::test_skipped.py::Methods::test_bare",
        "skipped::test_skipped.py::test_function",
    ),
    "A2 the names of parametrize: a comma list, a sequence": (
        "fixture-tree::test_top.py::test_kw",
        "fixture-tree::test_top.py::test_tuple",
        "parameters::test_parameters.py::test_listed",
        "parameters::test_parameters.py::test_spaces",
    ),
    "A2 indirect, for all names or for some": (
        "fixtures::test_fixtures.py::test_indirect",
        "fixtures::test_fixtures.py::test_all_indirect",
        "parameters::test_parameters.py::test_partly_indirect",
    ),
    "A2 a hidden id": (
        "parameters::test_parameters.py::test_hidden",
        "parameters::test_parameters.py::test_hidden_param",
    ),
    "A2 parametrize without values makes one test that is skipped": (
        "parameters::test_parameters.py::test_empty",
        "parameters::test_parameters.py::TestEmpty::test_empty_class",
    ),
    # --- A3, parameters -----------------------------------------------------------------------------------------------
    "A3 parameters without a default are fixtures, keyword-only ones too": (
        "collection::test_functions.py::test_with_default",
        "collection::test_functions.py::test_keyword_only",
        "parameters::test_parameters.py::test_defaults",
        "parameters::test_parameters.py::test_star",
    ),
    "A3 positional-only parameters are none": (
        "collection::test_functions.py::test_posonly",
        "parameters::test_parameters.py::test_positional",
        "collection::test_classes.py::TestSelfPositional::test_pos",
        "parameters::test_parameters.py::TestFirst::test_positional_self",
    ),
    "A3 the first parameter of a method is dropped, not that of a static method": (
        "collection::test_classes.py::TestOrder::test_static",
        "parameters::test_parameters.py::TestFirst::test_self_is_dropped",
        "parameters::test_parameters.py::TestFirst::test_static_keeps",
        "parameters::test_parameters.py::TestFirst::test_class_drops",
    ),
    "A3 functools.wraps and functools.partial are followed": (
        "marks::test_marks.py::test_wrapped",
        "parameters::test_parameters.py::test_wrapped_twice",
        "parameters::test_parameters.py::test_part",
    ),
    "A3 mock.patch fills the first parameters": (
        "fixtures::test_mock.py::test_two",
        "fixtures::test_mock.py::test_new_callable",
        "parameters::test_parameters.py::test_three_mocks",
        "parameters::test_parameters.py::test_under_wraps",
        "parameters::test_parameters.py::test_new_default",
        "parameters::test_parameters.py::test_new_default_by_position",
    ),
    "A3 mock.patch with an object of its own, patch.dict and patch.multiple fill none": (
        "fixtures::test_mock.py::test_with_new",
        "fixtures::test_mock.py::test_dict",
        "parameters::test_parameters.py::test_none_counts",
        "parameters::test_parameters.py::test_multiple",
    ),
    "A3 mock.patch on a class": (
        "fixtures::test_mock.py::TestPatched::test_two",
        "parameters::test_parameters.py::TestAll::test_one",
        "parameters::test_parameters.py::TestAll::test_static",
    ),
    "A3 what parametrize fills is no fixture, wherever in the closure it is asked for": (
        "fixtures::test_fixtures.py::test_param_over_transitive",
        "parameters::test_parameters.py::test_filled",
        "parameters::test_parameters.py::TestFilledInClass::test_transitive",
        "parameters::test_module_fill.py::test_filled_by_module",
    ),
    "A3 request is no fixture of anybody": (
        "parameters::test_parameters.py::test_request",
        "parameters::test_parameters.py::TestRequest::test_request_of_fixture",
        "fixtures::test_fixtures.py::test_many",
    ),
    # --- A4, fixtures -------------------------------------------------------------------------------------------------
    "A4 a fixture has the name of the attribute: import under another name, alias": (
        "fixtures::test_fixtures.py::test_more",
        "fixture-tree::test_top.py::test_names",
        "fixtures-again::test_uses.py::test_attribute_name",
    ),
    "A4 name= over the attribute's name": (
        "fixtures::test_fixtures.py::test_more",
        "fixture-tree::sub/test_sub.py::test_c",
        "fixtures-again::test_uses.py::TestInherits::test_inherited",
    ),
    "A4 a star import brings what __all__ says": (
        "fixtures::star_fixtures.py",
        "fixture-tree::helpers.py",
        "fixtures-again::test_uses.py::test_star",
    ),
    "A4 of several star imports the last that has the name wins, before or after other definitions": (
        "stars::test_x.py::test_both",
        "stars::test_x.py::test_before",
        "stars-again::test_late.py::test_row",
    ),
    "A4 fixtures made by a helper, by a call, by a variable": (
        "fixtures::test_fixtures.py::test_names",
        "fixture-tree::sub/deep/test_deep.py::test_b",
        "fixtures-again::test_uses.py::test_call",
        "fixtures-again::test_uses.py::test_made",
    ),
    "A4 a definition under a condition, in a handler": (
        "fixture-tree::test_top.py::test_names",
        "fixtures-again::test_uses.py::test_condition",
    ),
    "A4 methods of a class that is no test are not visible": (
        "fixtures::test_fixtures.py::NotATest",
        "fixtures-again::conftest.py::Holder",
    ),
    "A4 a classmethod above @fixture hides it, a staticmethod does not": (
        "fixtures::test_fixtures.py::TestMixin::test_static",
        "fixtures-again::test_uses.py::TestHidden::test_beside",
        "fixtures-again::test_statics.py::TestStatics::test_statics",
    ),
    "A4 of two with one name the last attribute of the alphabet wins, and may ask for the other": (
        "fixtures::test_fixtures.py::test_more",
        "fixtures-again::test_uses.py::test_twice",
    ),
    "A4 of two definitions of one attribute the last wins": (
        "fixture-tree::test_top.py::test_names2",
        "fixtures-again::test_uses.py::test_redefined",
    ),
    "A4 fixtures of a class and its bases; an override hides the base's": (
        "fixtures::test_fixtures.py::TestMixin::test_mixed",
        "fixture-tree::test_top.py::TestMro::test_mro",
        "fixtures-again::test_uses.py::TestOverrides::test_overridden",
    ),
    "A4 nested conftests: the nearest definition, all further ones behind it": (
        "fixtures::sub/test_sub.py::test_chain",
        "fixtures-again::tree/branch/test_leaf.py::test_leaf",
        "fixture-tree::sub/deep/test_deep.py::test_a",
    ),
    "A4 a fixture that asks for its own name gets the next one up": (
        "fixtures::sub/test_sub.py::TestClass::test_class_chain",
        "fixture-tree::sub/test_sub.py::TestX::TestY::test_y",
        "fixtures-again::tree/branch/test_leaf.py::test_leaf",
    ),
    "A4 what a fixture asks for is looked up from the test": (
        "fixtures::sub/test_sub.py::test_transitive_override",
        "fixtures-again::tree/branch/test_leaf.py::TestLeaf::test_cut",
        "fixtures-again::test_uses.py::TestOverrides::TestNested::test_nested",
    ),
    "A4 the order of plugins: one loaded by another comes after it": (
        "fixtures::test_fixtures.py::test_plugins",
        "fixture-tree::test_top.py::test_list",
        "fixtures-again::test_uses.py::test_plugins",
    ),
    "A4 the conftest of the root wins over the plugins": (
        "fixtures::test_fixtures.py::test_plugins",
        "fixtures-again::test_uses.py::test_plugins",
    ),
    "A4 a plugin that a test module names comes after the root's conftest": (
        "fixtures::test_late_plugin.py::test_late",
        "fixtures-again::test_z_plugged.py::test_plugged",
    ),
    "A4 pytest_plugins: a comma list, a sequence": (
        "fixture-tree::conftest.py",
        "fixture-tree::plug_list.py",
        "fixtures-again::plug_first.py",
        "fixtures-again::plug_module.py",
    ),
    "A4 pytest.register_fixture": (
        "imperative::test_reg.py::test_a",
        "imperative::test_reg.py::test_b",
        "imperative-again::test_registered.py::test_registered",
        "imperative-again::test_registered.py::test_from_conftest",
    ),
    "A4 pytest-factoryboy: the names of factory, model and attributes": (
        "factories::test_fac.py::test_author_factory",
        "factories::test_fac.py::test_http",
        "factories-again::test_shop.py::test_shop",
        "factories-again::test_shop.py::test_page",
    ),
    "A4 pytest-factoryboy: a name of one's own, overrides, inherited declarations": (
        "factories::test_fac.py::test_second_name",
        "factories::test_fac.py::test_third",
        "factories-again::test_shop.py::test_gold",
    ),
    "A4 pytest-factoryboy: a SubFactory asks for the other model": (
        "factories::test_fac.py::test_book_author",
        "factories-again::test_shop.py::test_line",
        "factories-again::test_shop.py::TestIn::test_in_class",
    ),
    "A4 set-up functions are fixtures, for nested classes too": (
        "fixtures::test_xunit.py::TestSetup::test_method",
        "fixtures::test_xunit.py::Case::test_case",
        "fixtures-again::test_uses.py::TestSetup::TestNested::test_nested",
    ),
    "A4 the order of the closure: ini, autouse, marks, parameters; then by scope": (
        "fixtures::test_fixtures.py::TestUsed::test_both",
        "fixture-tree::test_top.py::TestU::test_u",
        "fixtures-again::test_uses.py::TestOrder::test_order",
    ),
    "A4 autouse from the session down to the class": (
        "fixtures::sub/test_sub.py::TestClass::TestNested::test_nested",
        "fixture-tree::sub/test_sub.py::TestX::test_m",
        "fixtures-again::tree/test_tree.py::test_tree",
    ),
    "A4 what an overridden definition asks for is in the closure": (
        "fixture-tree::sub/test_sub.py::test_a",
        "fixtures-again::test_uses.py::test_over_chain",
        "fixtures-again::tree/branch/test_leaf.py::test_leaf",
    ),
    "A4 what is asked for at run time is not in the closure": (
        "database::test_modes.py::test_later",
        "fixtures-again::test_uses.py::test_lazily",
    ),
    "A4 pytest_generate_tests fills parameters": (
        "fixture-tree::test_mod.py::test_gen",
        "fixture-tree::test_mod.py::test_gen2",
        "hooks-again::test_hooks.py::test_filled_through_another",
        "hooks-again::test_hooks.py::TestGenerates::test_number",
    ),
    "A4 async fixtures: who takes them": (
        "async-auto::test_auto.py::test_sync",
        "async-again::test_matrix.py::test_taken",
        "async-again::test_matrix.py::test_taken_sync",
        "async-again::test_matrix.py::test_not_taken",
        "async-again::test_matrix.py::TestAnyio::test_class_mark",
        "trio-mode::test_trio.py::test_by_mode",
    ),
    # --- A5, marks ----------------------------------------------------------------------------------------------------
    "A5 decorators from the bottom up": (
        "marks::test_marks.py::test_order",
        "marks-again::test_again.py::test_bottom_up",
    ),
    "A5 the marks of parameter sets after the function's": (
        "marks::test_marks.py::test_param_marks",
        "marks-again::test_again.py::test_param_after_own",
        "marks-again::test_again.py::test_two_params",
    ),
    "A5 the marks of base classes first, pytestmark before decorators": (
        "marks::test_marks.py::TestDerived::test_own",
        "marks-again::test_again.py::TestStack::test_stack",
        "mark-library::test_mk.py::TestD",
    ),
    "A5 pytestmark of a module, alone or a list": (
        "marks::test_marks.py::test_order",
        "marks::test_augmented.py::test_a",
        "marks-again::test_closest.py::test_first_of_list",
    ),
    "A5 pytestmark that an import brings, by name or by star": (
        "stars::test_two.py::test_marks",
        "stars::test_own_first.py::test_marks",
        "stars-again::test_rows.py::test_row",
        "stars-again::test_named.py::test_row",
        "stars-again::test_renamed.py::test_row",
    ),
    "A5 the marks of the class around a nested one": (
        "marks::test_marks.py::TestClass::TestInner::test_n",
        "marks-again::test_again.py::TestStack::TestNested::test_nested",
    ),
    "A5 pytestmark of a package or a conftest has no effect": (
        "marks::sub/test_sub.py::test_in_package",
        "marks-again::pack/test_packed.py::test_packed",
    ),
    "A5 of two decorators the bottom one is the closest": (
        "database::test_modes.py::test_nearest",
        "marks-again::test_closest.py::test_bottom_wins",
    ),
    "A5 the mark of the function is closer than that of a parameter set": (
        "marks-again::test_closest.py::test_function_beats_param",
        "mark-library::test_mk.py::test_pm",
    ),
    "A5 the mark of a parameter set is closer than that of the class": (
        "marks-again::test_closest.py::TestClass::test_param_beats_class",
        "mark-library::test_mk.py::TestCP::test_cpw",
    ),
    "A5 the mark of a base is closer than that of the derived class": (
        "database::test_modes.py::TestDerived::test_base_wins",
        "marks-again::test_closest.py::TestDerived::test_base_beats_derived",
    ),
    "A5 the first of a list is the closest": (
        "database::test_module.py::test_first_wins",
        "marks-again::test_closest.py::test_first_of_list",
    ),
    "A5 arguments of marks are not merged": (
        "database::test_modes.py::TestClass::test_own",
        "marks-again::test_closest.py::TestNoMerge::test_no_merge",
    ),
    "A5 all usefixtures marks count": (
        "fixture-tree::test_top.py::TestU::test_u",
        "marks-again::test_again.py::TestMerged::test_all_iterated",
    ),
    "A5 arguments of one mark are put together": (
        "marks::test_marks.py::test_chained",
        "marks-again::test_again.py::test_chain",
    ),
    "A5 functools.wraps copies the marks": (
        "marks::test_marks.py::test_wrapped",
        "marks-again::test_again.py::test_wrapped",
    ),
    "A5 django.test.tag makes marks": (
        "marks::test_tags.py::Tagged::test_tagged",
        "marks-again::test_again.py::Tagged::test_tagged",
        "marks-again::test_tags_many.py::One::test_one",
    ),
    "A5 the asyncio mark of auto mode is the last of the function's": (
        "mark-library::pk/test_star.py::test_auto",
        "plugin-marks::test_added.py::test_asyncio_is_last",
        "plugin-marks::test_added.py::TestX::test_in_class",
    ),
    "A5 anyio adds usefixtures": (
        "anyio-auto::test_auto.py::test_unmarked",
        "plugin-marks::test_added.py::test_anyio_too",
    ),
    "A5 an async generator is expected to fail": (
        "async-strict::test_strict.py::test_generator",
        "plugin-marks::test_added.py::test_generator",
    ),
    "A5 anyio marks a function again each time that it is collected": (
        "anyio-again::test_nested.py::TestD",
        "anyio-again::test_names.py::TestB::test_a",
        "anyio-again::test_cases.py::TestLast",
        "anyio-marked-again::test_marked.py::TestAgain",
    ),
    "A5 the marks of a parameter set are those of its items alone": (
        "sets::test_sets.py::test_two_modes",
        "sets::test_sets.py::test_two_that_are_one",
        "sets::test_sets.py::test_two_databases",
        "sets::test_sets.py::test_some_of_both",
        "sets::test_sets.py::test_runner_of_some",
    ),
    "A5 parameter sets that are made: by comprehensions, functions, out of other lists": (
        "sets::test_sets.py::test_comprehension_over_marks",
        "sets::test_sets.py::test_starred_comprehension",
        "sets::test_sets.py::test_made",
        "sets::test_sets.py::test_grown",
    ),
    "A5 the parameter sets of fixtures have marks, which come before those of parametrize": (
        "sets::test_filled.py::test_moved",
        "sets::test_filled.py::test_fixture_before_parametrize",
        "sets::test_filled.py::test_parametrize_after_some",
        "sets::test_filled.py::TestClass::test_override_asks",
    ),
    "A5 a fixture that parametrize fills brings none of its own": (
        "sets::test_filled.py::test_filled",
        "sets::test_filled.py::test_indirect",
    ),
    "A5 empty_parameter_set_mark names the mark of the set that is not there": (
        "sets-empty::test_empty.py::test_twice",
        "sets-empty::test_empty.py::test_fixture_too",
        "sets::test_filled.py::test_nothing",
    ),
    "A5 pytestmark under a condition: what all ways through it have, or unknown": (
        "marks-sometimes::test_if.py::test_of_both",
        "marks-sometimes::test_if.py::TestOneOfTwo",
        "marks-sometimes::test_if.py::TestAdded",
        "marks-sometimes::test_if.py::TestChoice",
        "marks-sometimes::test_decided.py::test_mode",
        "marks-sometimes::test_left.py::test_left",
    ),
    "A5 pytestmark in a try: a handler runs where an import fails, or perhaps": (
        "marks-sometimes::test_try.py::test_missing",
        "marks-sometimes::test_try.py::TestInstalled",
        "marks-sometimes::test_try.py::TestMayRaise",
        "marks-sometimes::test_try.py::TestFinally",
    ),
    "A5 pytestmark that is deleted is none": (
        "marks-sometimes::test_decided.py::TestDeleted",
        "marks-sometimes::test_star.py::test_kept",
    ),
    "A4 a fixture is one of several definitions: unknown where they differ in what they do to the database": (
        "fixtures-sometimes::test_some.py::test_store",
        "fixtures-sometimes::test_some.py::test_same",
        "fixtures-sometimes::test_some.py::test_marked_flushed",
        "fixtures-sometimes::test_some.py::test_marked_too",
    ),
    "A4 a fixture under a condition leaves the one that it overrides possible": (
        "fixtures-sometimes::test_some.py::test_outer",
        "fixtures-sometimes::test_some.py::test_outer_plain",
        "fixtures-sometimes::test_some.py::test_both_plain",
        "fixtures-sometimes::test_some.py::test_marked",
    ),
    "A4 a name that a star-imported module deletes is not there": (
        "marks-sometimes::test_star.py::test_dropped",
        "marks-sometimes::test_star.py::test_hidden",
    ),
    "A2 a protocol, and what inherits one, has a constructor": (
        "generic::test_generic.py::TestProto",
        "generic::test_generic.py::TestMixed",
        "made-by-typing::test_c.py::TestProto",
    ),
    "A5 pytest_generate_tests brings the marks of its sets": (
        "generated-sets::test_g.py::test_backend",
        "generated-sets::test_g.py::test_some",
        "generated-sets::test_g.py::test_looped",
        "generated-sets::test_g.py::test_both",
    ),
    "A5 item.keywords has the marks, and the names of all that the test is in": (
        "keywords::test_k.py::test_slow",
        "keywords::test_k.py::Testslow",
        "keywords::slow/test_in.py::test_in_folder",
    ),
    "A4 a class, a conftest and a plugin override, from the requesting test": (
        "overridden::a/test_a.py::TestOver::TestInner",
        "overridden::b/test_b.py::test_indirect",
        "loops::test_async.py::TestIn",
        "mixes::test_type.py::TestUsesMore",
    ),
    "A5 trio_mode adds the trio mark": (
        "trio-mode::test_trio.py::test_by_mode",
        "trio-mode::test_trio.py::TestX::test_marked",
    ),
    "A5 hooks add marks": (
        "hooks::test_hooked.py::test_marked",
        "hooks::test_hooked.py::test_async",
        "hooks-again::test_hooks.py::test_slow",
        "hooks-again::sub/test_sub.py::test_sub",
    ),
    # --- A6, who runs a test ------------------------------------------------------------------------------------------
    "A6 a trio mark or trio_mode wins over anyio and asyncio": (
        "async-again::test_matrix.py::test_trio_over_anyio",
        "async-again::test_matrix.py::test_trio_over_asyncio",
        "trio-mode::test_trio.py::test_over_anyio",
    ),
    "A6 what anyio makes anew has lost the mark of trio_mode": (
        "trio-mode-again::test_trio.py::TestA::test_static_anyio",
        "trio-mode-again::test_trio.py::TestC",
        "trio-mode-all::test_trio.py::Isolated::test_anyio",
    ),
    "A6 an anyio mark takes the method of a TestCase": (
        "async-strict::test_strict.py::PlainAnyio::test_anyio",
        "modes::apps/test_async.py::D::test_any",
        "async-again::test_matrix.py::TakenPlain::test_taken",
        "async-again::test_matrix.py::TakenDjango::test_taken",
    ),
    "A6 a trio mark takes the method of a TestCase, not of Django's": (
        "async-again::test_matrix.py::TakenPlain::test_trio",
        "async-again::test_matrix.py::TakenPlain::test_both",
        "async-again::test_matrix.py::TakenDjango::test_both",
        "async-again::test_matrix.py::TakenIsolated::test_trio",
        "async-again::test_matrix.py::TakenDjango::test_wrapper_stays",
    ),
    "A6 Django's test cases wrap, whatever else is among the bases": (
        "async-strict::test_strict.py::Django::test_django",
        "async-strict::test_strict.py::Mixed::test_mixed",
        "async-again::test_matrix.py::DjangoFirst::test_django",
    ),
    "A6 IsolatedAsyncioTestCase runs its own loop": (
        "async-strict::test_strict.py::Isolated::test_isolated",
        "async-again::test_matrix.py::SubIsolated::test_more",
    ),
    "A6 a plain TestCase never runs an async method, marked or not": (
        "async-strict::test_strict.py::Plain::test_never_marked",
        "async-auto::test_auto.py::Plain::test_never",
        "async-again::test_matrix.py::PlainMarked::test_passes_unrun",
    ),
    "A6 the asyncio mark of function, class, module or parameter set": (
        "async-strict::test_strict.py::test_marked",
        "async-strict::test_strict.py::TestMarked::test_in_class",
        "modes::apps/test_async.py::test_a",
        "async-again::test_matrix.py::test_asyncio_on_param",
    ),
    "A6 asyncio_mode = auto": (
        "async-auto::test_auto.py::TestClass::test_method",
        "options::test_options.py::TestX::check_in_class",
    ),
    "A6 pytest-asyncio wins over anyio": (
        "async-strict::test_strict.py::test_both",
        "async-again::test_matrix.py::test_asyncio_over_anyio",
        "anyio-auto::test_auto.py::test_asyncio",
    ),
    "A6 anyio by its mark": (
        "async-strict::test_strict.py::test_anyio",
        "async-again::test_module_mark.py::test_by_module",
        "async-again::test_matrix.py::TestAnyio::test_class_mark",
    ),
    "A6 anyio by anyio_backend: requested, used, filled, through a fixture": (
        "async-strict::test_strict.py::test_backend",
        "async-strict::test_strict.py::test_param_backend",
        "async-again::test_matrix.py::test_backend_through_fixture",
        "async-again::test_used.py::test_used",
    ),
    "A6 an anyio mark on a parameter set alone comes too late": (
        "async-again::test_matrix.py::test_anyio_on_param",
        "async-again::test_matrix.py::test_anyio_on_params",
    ),
    "A6 anyio does not see async static and class methods in time": (
        "async-again::test_matrix.py::TestAnyioBound::test_static",
        "async-again::test_matrix.py::TestAnyioBound::test_asyncio_too",
        "async-again::test_matrix.py::TestAnyioBound::test_filled",
        "plugin-marks::test_added.py::TestAnyio::test_static",
    ),
    "A6 the trio mark": (
        "async-strict::test_strict.py::test_trio",
        "async-again::test_matrix.py::test_trio_over_anyio",
    ),
    "A6 otherwise an async def fails": (
        "async-strict::test_strict.py::test_unmarked",
        "async-again::test_matrix.py::TestNobody::test_nobody",
    ),
    "A6 a sync wrapper around an async test is no coroutine function": (
        "async-strict::test_strict.py::test_bridged_marked",
        "async-again::test_matrix.py::test_blocking",
        "async-again::test_matrix.py::test_blocking_anyio",
    ),
    "A6 async static and class methods": (
        "async-strict::test_strict.py::TestMarked::test_static",
        "async-again::test_matrix.py::TestBound::test_static",
        "async-again::test_matrix.py::TestBound::test_class",
    ),
    "A6 an async generator never runs": (
        "async-strict::test_strict.py::test_generator",
        "async-again::test_matrix.py::TestGenerator::test_generator",
    ),
    "A6 an AsyncToSync is no test": (
        "async-strict::test_strict.py::test_gone",
        "async-again::test_matrix.py::test_dropped",
    ),
    "A6 sync_to_async around a function or a static method: anyio runs it, pytest refuses it otherwise": (
        "hops::test_hops.py::test_anyio",
        "hops::test_hops.py::test_asyncio",
        "hops-anyio::test_hops.py::test_bare",
        "hops-auto::test_hops.py::test_bare",
        "hops-auto::test_hops.py::TestPlain::test_static",
        "async-again::test_matrix.py::test_refused",
    ),
    "A6 sync_to_async around a method: an async method": (
        "hops::test_hops.py::TestMarked::test_bare",
        "hops::test_hops.py::Isolated::test_bare",
        "hops-auto::test_hops.py::TestPlain::test_bare",
        "hops-auto::test_hops.py::Django::test_bare",
        "hops-anyio::test_hops.py::TestPlain::test_bare",
    ),
    "A6 marks above sync_to_async on a method say which fixtures it uses, and nothing else": (
        "hops::test_hops.py::TestPlain::test_asyncio",
        "hops::test_hops.py::TestPlain::test_marks_above",
        "hops-auto::test_hops.py::TestPlain::test_marks_above",
        "hops-auto::test_hops.py::TestPlain::test_trio",
    ),
    "A6 sync_to_async needs a loop of asyncio": (
        "hops::test_hops.py::test_trio",
        "hops::test_hops.py::Plain::test_trio_below",
        "hops-auto::test_hops.py::TestTrio::test_bare",
    ),
    "A6 a blocked plugin takes its branch away": (
        "blocked::test_blocked.py::test_anyio",
        "options::test_options.py::check_trio_is_blocked",
    ),
    # --- A7, the database ---------------------------------------------------------------------------------------------
    "A7 TestCase rolls back, for each of its databases": (
        "database::test_django.py::Rollback::test_a",
        "database::test_django.py::RollbackAll::test_a",
        "database-again::test_again.py::RollBoth::test_both",
    ),
    "A7 TransactionTestCase and LiveServerTestCase flush": (
        "database::test_django.py::Flush::test_a",
        "database::test_django.py::Live::test_a",
        "database-again::test_again.py::FlushAll::test_all",
        "database-again::test_again.py::Live::test_live",
    ),
    "A7 a test case without databases has none": (
        "database::test_django.py::Empty::test_a",
        "database-again::test_again.py::FlushNone::test_none",
    ),
    "A7 SimpleTestCase: forbidden; with databases open and not isolated": (
        "database::test_django.py::Simple::test_a",
        "database::test_django.py::SimpleOpen::test_a",
        "database-again::test_again.py::Simple::test_simple",
        "database-again::test_again.py::SimpleAll::test_open",
    ),
    "A7 marks and fixtures never change the mode of Django's classes": (
        "database::test_django.py::Rollback::test_c",
        "modes::test_more.py::Ignored::test_i",
        "database-again::test_again.py::Marked::test_class_decides",
        "database-again::test_again.py::MarkedFlush::test_class_decides",
    ),
    "A7 the closest django_db mark": (
        "database::test_modes.py::test_mark",
        "database-again::test_again.py::test_mark",
        "database-again::test_again.py::test_others",
    ),
    "A7 its arguments, by position too": (
        "database::test_modes.py::test_positional",
        "modes::test_more.py::test_pos3",
        "database-again::test_again.py::test_positional_and_named",
    ),
    "A7 reset_sequences and serialized_rollback": (
        "database::test_modes.py::test_sequences",
        "database::test_modes.py::test_serialized",
        "database-again::test_again.py::test_sequences",
        "database-again::test_again.py::test_serialized",
    ),
    "A7 databases from the mark": (
        "database::test_modes.py::test_other",
        "modes::test_more.py::test_tup",
        "database-again::test_again.py::test_positional",
    ),
    "A7 without them those of Django's TestCase": (
        "databases-of-all::test_all.py::test_mark",
        "databases-of-all::test_all.py::test_fixture",
        "databases-of-all::test_all.py::test_flush",
    ),
    "A7 the fixtures that bring the database": (
        "database::test_modes.py::test_rows",
        "database::test_modes.py::test_admin",
        "database-again::test_again.py::test_db_fixture",
        "database-again::test_again.py::test_user_model",
    ),
    "A7 transactional_db and live_server flush, with a mark too": (
        "database::test_modes.py::test_mark_and_tx",
        "modes::test_more.py::test_live",
        "database-again::test_again.py::test_mark_and_tx",
        "database-again::test_again.py::TestLive::test_served",
    ),
    "A7 a parameter of such a name flushes where a mark gives the database": (
        "database::test_modes.py::test_named_like_it",
        "database-again::test_again.py::TestNamed::test_named_like_it",
    ),
    "A7 otherwise every connection is blocked": (
        "database::test_modes.py::test_none",
        "database::test_modes.py::test_client",
        "database-again::test_again.py::test_blocked",
        "database-again::test_again.py::test_blocked_async_client",
    ),
    "A7 a lifted blocker isolates nothing": (
        "database::test_modes.py::test_opened",
        "database::test_modes.py::test_opened_briefly",
        "modes::test_more.py::test_unblocked",
        "database-again::test_again.py::test_open_module",
    ),
    "A7 db asked for at run time": (
        "database::test_modes.py::test_later",
        "database-again::test_again.py::test_later",
        "database-again::test_again.py::test_in_body",
    ),
    "A7 transactional_db asked for at run time rolls back": (
        "database::test_modes.py::test_later_tx",
        "modes::test_more.py::test_dyn",
        "database-again::test_again.py::test_later_tx",
        "database-again::test_again.py::test_in_body_tx",
    ),
    "A7 a body that nobody runs asks for nothing": (
        "database::test_modes.py::test_never_asks",
        "database::test_modes.py::test_never_opens",
        "database-again::test_again.py::TestNever::test_asks",
        "database-again::test_again.py::TestNever::test_opens",
    ),
    "A7 plain TestCase and IsolatedAsyncioTestCase follow mark and fixtures": (
        "database::test_modes.py::Plain::test_plain",
        "modes::test_more.py::TestUT::test_ut",
        "database-again::test_again.py::PlainUnit::test_unit",
        "database-again::test_again.py::IsolatedUnit::test_isolated",
    ),
    "A7 a fixture of a wider scope cannot have the database": (
        "database-again::test_again.py::test_wrong_scope",
        "database-again::test_again.py::test_wrong_scope_too",
    ),
    "A7 overridden database fixtures": (
        "database::over/test_over.py::test_overridden",
        "database::own/test_own.py::test_own_db",
        "modes::sub/test_sub.py::TestX::test_disabled",
    ),
}

KNOWN_TO_A_RUN: dict[str, str] = {
    'globals()["x"] = ...': "the name is computed; `classes::test_cls.py` has one, which nothing asks for",
    "the order of installed plugins": "entry points come in the order in which the file system lists them",
    "the order of several tags": "they are a set, in another order in each process",
    "conftests first met during collection that name pytest_plugins": "refused by pytest, or not, by how it is called",
    "a fixture asked for under a condition, or by a computed name": "the mode is unknown, with the reason",
    "a fixture defined under a condition": "taken to be defined, unless it overrides another that does otherwise",
    "what a condition in a hook adds": "a mark that is not certain",
    "pytest_plugins of a test module, for the modules after it": "a file is judged as if it were given alone",
    "unittest.skipIf of a condition that is not a constant": "taken not to skip",
}
"""What no reader of source can know, and what the model says there."""
